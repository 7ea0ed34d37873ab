"""Many presentations at once, in groups, on as many workers as an executor has.

Any `concurrent.futures.Executor` will do: threads, processes, or `dask.distributed`'s `client.get_executor()`.  A
group whose worker dies is verified here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from datetime import date, datetime

from zkhealth.credentials.policies.value_set import ValueSet
from zkhealth.credentials.presentations.either_challenge import AnyChallenge, read_challenge
from zkhealth.credentials.presentations.guard import Guard
from zkhealth.credentials.presentations.presentation import Presentation
from zkhealth.credentials.presentations.verdict import Verdict
from zkhealth.credentials.presentations.verify import Claims, claimed, examine, settle
from zkhealth.credentials.schemas.moments import moment_of
from zkhealth.field import as_bytes

GROUP = 128
"""So many are checked together; more saves little and costs memory."""

Item = tuple[AnyChallenge, "Presentation | bytes"]
_Settled = tuple[Verdict, Claims]


def verify_all(
    items: Iterable[Item],
    *,
    now: str | date | datetime | None = None,
    guard: Guard | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> list[Verdict]:
    """A verdict for each (challenge, presentation), in order; see `Challenge.verify`.

    All pairings of a group are checked in one product and all range arguments in one multi-scalar multiplication;
    where that fails the bad ones are searched for.  `progress` shows a bar on standard error.
    """
    clock = None if now is None else moment_of(now)
    listed = [(challenge, _bytes(presentation)) for challenge, presentation in items]
    groups = [listed[i : i + GROUP] for i in range(0, len(listed), GROUP)]
    settled = _here(groups, clock) if executor is None else _there(groups, clock, executor)
    verdicts: list[Verdict] = []
    for group in _with_bar(settled, len(groups)) if progress else settled:
        verdicts += [claimed(result, guard) for result in group]
    return verdicts


def _group(items: Sequence[tuple[AnyChallenge, bytes]], now: datetime | None) -> list[_Settled]:
    """The first part of each, then the rest of all that are left."""
    examined = [examine(challenge, data, now) for challenge, data in items]
    candidates = [found for found in examined if not isinstance(found, Verdict)]
    settled = iter(settle(candidates, now) if candidates else [])
    return [(found, ()) if isinstance(found, Verdict) else next(settled) for found in examined]


def _here(groups: Iterable[Sequence[tuple[AnyChallenge, bytes]]], now: datetime | None) -> Iterator[list[_Settled]]:
    return (_group(group, now) for group in groups)


def _there(
    groups: Sequence[Sequence[tuple[AnyChallenge, bytes]]], now: datetime | None, executor: Executor
) -> Iterator[list[_Settled]]:
    futures: list[Future[list[_Settled]] | None] = []
    for group in groups:
        try:
            futures.append(executor.submit(_worker, _packed(group), now))
        except Exception:  # an executor that has lost its workers takes nothing any more
            futures.append(None)
    for group, future in zip(groups, futures, strict=True):
        try:
            done = None if future is None else future.result()
        except Exception:  # whatever killed the worker, the group is still to be verified
            done = None
        yield _group(group, now) if done is None else done


_Packed = tuple[list[bytes], list[tuple[int, bytes]], tuple[ValueSet, ...]]


def _packed(group: Sequence[tuple[AnyChallenge, bytes]]) -> _Packed:
    """Each challenge once, each presentation with the number of its own, and the value sets of the policies."""
    challenges = {id(challenge): challenge for challenge, _ in group}
    numbers = {key: i for i, key in enumerate(challenges)}
    sets = dict.fromkeys(found for challenge, _ in group for found in challenge.value_sets)
    return [c.encode() for c in challenges.values()], [(numbers[id(c)], data) for c, data in group], tuple(sets)


def _worker(packed: _Packed, now: datetime | None) -> list[_Settled]:
    encoded, items, sets = packed
    challenges = [read_challenge(data, sets) for data in encoded]
    return _group([(challenges[i], data) for i, data in items], now)


def _with_bar(settled: Iterator[list[_Settled]], n: int) -> Iterator[list[_Settled]]:
    from rich.console import Console  # noqa: PLC0415 (only where a bar is asked for)
    from rich.progress import track  # noqa: PLC0415

    return iter(track(settled, "verifying", total=n, console=Console(stderr=True)))


def _bytes(presentation: Presentation | bytes) -> bytes:
    return presentation.encode() if isinstance(presentation, Presentation) else as_bytes(presentation)
