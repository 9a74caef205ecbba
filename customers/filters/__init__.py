"""What the lists on screen can be searched, narrowed and sorted by: a module for each noun."""

from customers.filters.knowledge import ArticleFilter, QuestionFilter, ReviewQueueFilter
from customers.filters.parts import (
    AlarmFilter,
    DayFilter,
    KeptInput,
    SearchBox,
    Sorting,
    ValueFilter,
)
from customers.filters.shop import OrderFilter, ProductFilter, ReviewFilter
from customers.filters.tickets import TicketFilter
from customers.filters.watch import AlarmListFilter, EgressFilter, ProposalListFilter

__all__ = [
    "AlarmFilter",
    "AlarmListFilter",
    "ArticleFilter",
    "DayFilter",
    "EgressFilter",
    "KeptInput",
    "OrderFilter",
    "ProductFilter",
    "ProposalListFilter",
    "QuestionFilter",
    "ReviewFilter",
    "ReviewQueueFilter",
    "SearchBox",
    "Sorting",
    "TicketFilter",
    "ValueFilter",
]
