"""Asking by the API: a question is a row; its address tells the answer once a worker is done."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from customers.api.filters import QuestionFilter
from customers.api.serializers.questions import (
    AskSerializer,
    HandOverSerializer,
    QuestionFeedbackSerializer,
    QuestionSerializer,
)
from customers.api.viewsets import VisibleRows
from customers.asking.ask import ask, wait_for_answer
from customers.asking.handover import hand_over
from customers.models import Question

WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")
MOST_SECONDS = 10
PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=f"`wait=N`: wait up to N seconds (at most {MOST_SECONDS}) for the answer.",
)


def seconds_to_wait(request: Request) -> int:
    """What `Prefer: wait=N` (RFC 7240) asks for, at most `MOST_SECONDS`; 0 without it."""
    found = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), MOST_SECONDS) if found else 0


class QuestionViewSet(
    VisibleRows, mixins.RetrieveModelMixin, mixins.ListModelMixin, GenericViewSet
):
    """Questions with their answers. People of the shop see all, partners what they asked."""

    scope = "questions"
    queryset = Question.objects.for_rows()
    serializer_class = QuestionSerializer
    filterset_class = QuestionFilter

    @extend_schema(
        parameters=[PREFER],
        request=AskSerializer,
        responses={
            201: QuestionSerializer,
            202: OpenApiResponse(QuestionSerializer, "Asked; look at its address (Location)."),
        },
    )
    def create(self, request: Request) -> Response:
        """Ask. Answers 202 with the question's address at once, or 201 with the answer when
        `Prefer: wait=N` was asked for and a worker was quick enough.
        """
        said = AskSerializer(data=request.data, context=self.get_serializer_context())
        said.is_valid(raise_exception=True)
        user: Any = request.user
        question = ask(channel=Question.Channel.API, user=user, **said.validated_data)
        seconds = seconds_to_wait(request)
        question = wait_for_answer(question, seconds)
        address = reverse("api:question-detail", args=[question.pk], request=request)
        done = status.HTTP_201_CREATED if question.is_finished else status.HTTP_202_ACCEPTED
        headers = {"Location": address}
        if seconds:
            headers["Preference-Applied"] = f"wait={seconds}"
        return Response(self.get_serializer(question).data, done, headers=headers)

    @extend_schema(parameters=[PREFER])
    def retrieve(self, request: Request, *args: Any, **named: Any) -> Response:
        """A question; waits for its answer as `Prefer: wait=N` asks."""
        question = wait_for_answer(self.get_object(), seconds_to_wait(request))
        return Response(self.get_serializer(question).data)

    @extend_schema(request=QuestionFeedbackSerializer, responses={200: QuestionSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def feedback(self, request: Request, pk: str) -> Response:
        """Say whether the answer helped; saying so again replaces it."""
        question = self.get_object()
        said = QuestionFeedbackSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        question.rate(**said.validated_data)
        return Response(self.get_serializer(question).data)

    @extend_schema(request=HandOverSerializer, responses={200: QuestionSerializer})
    @action(detail=True, methods=["post"], filter_backends=[], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Hand the question over to people: a ticket with all that is known. Doing so again
        changes nothing.
        """
        question = self.get_object()
        said = HandOverSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        hand_over(question, **said.validated_data)
        return Response(self.get_serializer(question).data)
