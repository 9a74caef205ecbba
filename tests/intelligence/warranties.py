"""Tickets about an intent that no shipped model knows."""

WARRANTIES = (
    "Guarantee on my kettle\nHello, I bought the kettle in March and it has stopped. "
    "Is it still under warranty? I have the receipt.",
    "Warranty claim\nThe lamp died after five months. Your site says two years of "
    "guarantee, how do I make a claim?",
    "Two year guarantee\nDoes the guarantee cover the battery as well as the motor? "
    "It is 14 months old.",
    "Register warranty\nI would like to register my new toaster for the extended "
    "warranty, where do I do that?",
    "Is this covered?\nThe zip of the bag broke after a year. Is it covered by the warranty?",
    "Warranty card missing\nThere was no warranty card in the box of the coffee "
    "grinder. Can you send me one?",
    "How long is the guarantee\nHow long is the guarantee on the garden chairs, and "
    "does it cover rust?",
    "warranty period\nCould you tell me when the warranty of my blender, order 5512, runs out?",
    "Extended cover\nCan I still buy the extended warranty for a fridge that I got last month?",
    "Repair under guarantee\nMy watch has stopped within the guarantee period. Do I "
    "send it to you or to the maker?",
    "Warranty transfer\nI bought your heater second hand. Does the guarantee pass to me?",
    "claim\nI want to make a warranty claim for the cracked tea pot, it is only eight months old.",
    "Guarantee abroad\nIs the warranty valid in Portugal too? I am moving there in May.",
    "Warranty\nYour e-mail says three years of warranty, the box says two. Which one is it?",
)
