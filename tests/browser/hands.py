"""Two ways to work at a page: with the mouse, and with the keyboard alone."""

MOST_STOPS = 250


class Mouse:
    """Clicks on things."""

    def __init__(self, tab):
        self.tab = tab

    def press(self, place):
        """Press a button, follow a link, open what is folded."""
        place.click()

    def tick(self, place):
        """Tick a box."""
        place.check()

    def write(self, place, text):
        """Write a text in place of what stands in a field."""
        place.click()
        place.fill(text)

    def choose(self, place, label):
        """Choose one of a list by its words."""
        place.select_option(label=label)


class Keyboard:
    """Walks from stop to stop by Tab, and never touches the mouse."""

    def __init__(self, tab):
        self.tab = tab

    def reach(self, place):
        """Go on by Tab to where `place` has the focus."""
        place.wait_for()
        for _ in range(MOST_STOPS):
            if place.evaluate("(element) => element === document.activeElement"):
                return
            self.tab.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {place}")

    def press(self, place):
        self.reach(place)
        self.tab.keyboard.press("Enter")

    def tick(self, place):
        self.reach(place)
        if not place.is_checked():
            self.tab.keyboard.press("Space")

    def write(self, place, text):
        self.reach(place)
        self.tab.keyboard.press("Control+A")
        self.tab.keyboard.insert_text(text)

    def choose(self, place, label):
        self.reach(place)
        self.tab.keyboard.press("Space")  # opens the list, so that each letter is no choice
        self.tab.keyboard.type(label)
        self.tab.keyboard.press("Enter")


HANDS = (Mouse, Keyboard)
