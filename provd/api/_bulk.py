"""Many changes in one call: together or one by one, each with its own result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from provd.api._asked import how
from provd.api._call import Call
from provd.api._errors import problem_of
from provd.api._permission import require_change
from provd.api._reply import Reply
from provd.application.changing import Changes, Proposal
from provd.application.collection import Editable
from provd.application.json_patch import check_patch
from provd.application.precondition import UNCONDITIONAL, Precondition
from provd.application.slices import Slices
from provd.values import Invalid, NoSuchDocument, Problem, ProvdError

STATUS: Mapping[str, int] = {"create": 201, "replace": 200, "patch": 200, "delete": 204}

KEYS: Mapping[str, frozenset[str]] = {
    "create": frozenset({"op", "document"}),
    "replace": frozenset({"op", "id", "document", "revision"}),
    "patch": frozenset({"op", "id", "patch", "revision"}),
    "delete": frozenset({"op", "id", "revision"}),
}
"""What an operation of each kind may say; all but the revision it must."""

Outcome = Proposal | ProvdError


async def bulk(
    call: Call, changes: Changes, documents: Editable[Any], scope: str, slices: Slices
) -> Reply:
    """Make the operations in the body: in one commit, or, where `atomic` is false, each in its own.

    But for the commit, all of it in turns.
    """
    asked = how(call)
    body = call.object()
    atomic, operations = _read(body)

    def tell(error: ProvdError) -> dict[str, Any]:
        return problem_of(call.telling(error))

    numbered = slices.over(enumerate(operations))
    proposals = await _proposals(call, documents, scope, numbered, atomic=atomic)
    if asked.rehearse:
        return await _rehearsed(call, changes, proposals, atomic=atomic)
    if atomic:
        made = [each for each in proposals if isinstance(each, Proposal)]
        before = await changes.make_all(made, call.cause, asked.once)
        outcomes = before if before is not None else [_outline(each) for each in made]
    else:
        before = changes.earlier(asked.once)
        outcomes = before
        if before is None:
            outcomes = await changes.make_each(proposals, call.cause, tell, asked.once)
    results = [await _result(documents, each) async for each in slices.over(outcomes)]
    replayed = {"idempotency-replayed": "true"} if before is not None else {}
    return Reply(body=_told(results, atomic=atomic), headers=replayed)


async def _rehearsed(
    call: Call, changes: Changes, proposals: Sequence[Outcome], *, atomic: bool
) -> Reply:
    if atomic:
        made = [each for each in proposals if isinstance(each, Proposal)]
        told = await changes.rehearse(made, call.cause, hides=call.hides)
        return Reply(body={"dryrun": True, "changes": told})
    results: list[dict[str, Any]] = []
    for each in proposals:
        try:
            if isinstance(each, ProvdError):
                raise each
            told = await changes.rehearse([each], call.cause, hides=call.hides)
            results.append({**_outline(each), "status": STATUS[each.op], "changes": told})
        except ProvdError as error:
            problem = problem_of(call.telling(error))
            results.append({**_outline(each), "status": problem["status"], "problem": problem})
    return Reply(body={"dryrun": True, **_told(results, atomic=False)})


def _told(results: Sequence[dict[str, Any]], *, atomic: bool) -> dict[str, Any]:
    refused = sum("problem" in each for each in results)
    return {
        "atomic": atomic,
        "made": len(results) - refused,
        "refused": refused,
        "results": results,
    }


def _outline(proposal: Outcome) -> dict[str, Any]:
    if isinstance(proposal, ProvdError):
        return {}
    return {"op": proposal.op, "id": proposal.document_id}


async def _result(documents: Editable[Any], outcome: Mapping[str, Any]) -> dict[str, Any]:
    if "problem" in outcome:
        return {**outcome, "status": outcome["problem"]["status"]}
    result = {"op": outcome["op"], "id": outcome["id"], "status": STATUS[outcome["op"]]}
    if outcome["op"] != "delete":
        try:
            result["document"] = await documents.get(outcome["id"])
        except NoSuchDocument:
            # A later operation, or somebody else, deleted it.
            return result
    return result


def _read(body: Mapping[str, Any]) -> tuple[bool, Sequence[Mapping[str, Any]]]:
    """Whether they belong together, and the operations. @raise Invalid: with everything that is wrong."""
    problems: list[Problem] = []
    atomic, operations = body.get("atomic", True), body.get("operations")
    if not isinstance(atomic, bool):
        problems.append(Problem("atomic", "is neither", "true or false"))
    problems += [
        Problem(key, "means nothing here", "atomic, operations")
        for key in body.keys() - {"atomic", "operations"}
    ]
    if not isinstance(operations, list):
        problems.append(Problem("operations", "is not there", "a list"))
    else:
        for at, operation in enumerate(operations):
            problems += _wrong(operation, f"operations.{at}")
    if problems:
        raise Invalid("bulk", tuple(problems))
    return atomic, operations or []


def _wrong(operation: Any, path: str) -> list[Problem]:
    if not isinstance(operation, Mapping):
        return [Problem(path, "is no object", "an object")]
    op = operation.get("op")
    keys = KEYS.get(op) if isinstance(op, str) else None
    if keys is None:
        return [Problem(f"{path}.op", "is no operation", ", ".join(KEYS))]
    given = operation.keys()
    problems = [Problem(f"{path}.{key}", "means nothing here") for key in sorted(given - keys)]
    problems += [
        Problem(f"{path}.{key}", "is missing") for key in sorted(keys - given - {"revision"})
    ]
    for key, is_right, expected in _CHECKS:
        if key in given and key in keys and not is_right(operation[key]):
            problems.append(Problem(f"{path}.{key}", "is something else", expected))
    return problems


def _is_revision(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_CHECKS: Sequence[tuple[str, Callable[[Any], bool], str]] = (
    ("id", lambda value: isinstance(value, str), "a text"),
    ("document", lambda value: isinstance(value, dict), "an object"),
    ("patch", lambda value: isinstance(value, dict | list), "an object, or a list of operations"),
    ("revision", _is_revision, "a number from 1 on"),
)


async def _proposals(
    call: Call,
    documents: Editable[Any],
    scope: str,
    operations: AsyncIterator[tuple[int, Mapping[str, Any]]],
    *,
    atomic: bool,
) -> list[Outcome]:
    """A proposal for each. Where they do not belong together, the error of one is its result."""
    found: list[Outcome] = []
    async for at, operation in operations:
        try:
            found.append(_proposal(call, documents, scope, operation))
        except Invalid as error:
            if atomic:
                raise Invalid(error.subject, _below(f"operations.{at}", error)) from error
            found.append(error)
        except ProvdError as error:
            if atomic:
                raise
            found.append(error)
    return found


def _below(path: str, error: Invalid) -> tuple[Problem, ...]:
    return tuple(
        Problem(f"{path}.{each.path}".rstrip("."), each.message, each.expected)
        for each in error.problems
    )


def _proposal(
    call: Call, documents: Editable[Any], scope: str, operation: Mapping[str, Any]
) -> Proposal:
    op, by = operation["op"], call.principal
    if op == "create":
        given = operation["document"]
        call.require_unnamed(given)
        proposal = documents.creating(given, by)
        require_change(call, (scope, "create"), proposal.document_id)
        return proposal
    document_id = operation["id"]
    if op == "delete":
        require_change(call, (scope, "delete"), document_id)
        return documents.deleting(document_id, by, _revision(operation))
    if op == "replace":
        require_change(call, (scope, "update"), document_id)
        return documents.replacing(document_id, operation["document"], by, _revision(operation))
    patch = operation["patch"]
    if isinstance(patch, list):
        check_patch(patch)
    require_change(call, (scope, "update"), document_id, patch)
    return documents.patching(document_id, patch, by, _revision(operation))


def _revision(operation: Mapping[str, Any]) -> Precondition:
    revision = operation.get("revision")
    return UNCONDITIONAL if revision is None else Precondition(revisions=frozenset({revision}))
