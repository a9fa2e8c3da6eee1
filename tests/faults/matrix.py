"""Play every case of the matrix: `make faults`.

What becomes of each case is kept in `docs/faults.json`. Options, by way of ARGS: `--new` plays only those that are not
told there; `--only WORDS` plays the cases whose names hold all the words, each alone, and says everything about them;
`--all` also plays those that the usual command leaves to their neighbours; `--processes N`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.permissions import Simulator
from sandbox.stage import ROOT
from tests.faults.choosing import plays, representatives
from tests.faults.generating import matrix
from tests.faults.ground import NEVER_STRUCK, Ground, Verdict
from tests.faults.page import write
from tests.faults.scenes import SCENES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.faults.cases import Case
    from tests.faults.recording import Recording

TOLD = ROOT / "docs" / "faults.json"
PROCESSES = (os.cpu_count() or 1) + 1  # while a function runs, the sandbox waits
PLAYS_AT_ONCE = 20
WORN_AFTER = 80  # plays: tables and logs of a stage grow

type Played = list[tuple[tuple[Case, ...], Verdict]]


class Troupe:
    """A process's stage: one at a time, kept from play to play."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._ground: Ground | None = None
        self._plays = 0

    def record(self, scene: str) -> Recording:
        """What a scene is made of."""
        return self._on(scene).record(SCENES[scene])

    def play(self, cases: tuple[Case, ...]) -> Played:
        """Play cases on one transfer; if that goes wrong, in smaller and smaller parts, to find who is at fault."""
        verdict = self._verdict(cases)
        if not verdict.wrong or len(cases) == 1:
            return [(cases, verdict)]
        half = len(cases) // 2
        parts = self.play(cases[:half]) + self.play(cases[half:])
        never = all(each.startswith(NEVER_STRUCK) for each in verdict.wrong)  # who rode along has changed its way
        if never or any(each.wrong for _, each in parts):
            return parts
        return [(cases, verdict)]  # it takes them together

    def close(self) -> None:
        """The stage is not needed any more."""
        if self._ground is not None:
            self._ground.sandbox.close()
        self._ground = None

    def _verdict(self, cases: tuple[Case, ...]) -> Verdict:
        try:
            verdict = expected(cases, self._on(cases[0].scene).play(SCENES[cases[0].scene], cases))
        except Exception as broken:  # noqa: BLE001 - whatever breaks on a stage is the case's verdict
            self.close()
            return Verdict("none", wrong=(f"{type(broken).__name__}: {broken}",))
        return verdict if not verdict.wrong else self._leave(verdict)

    def _leave(self, verdict: Verdict) -> Verdict:
        self.close()  # what went wrong is not to go on
        return verdict

    def _on(self, scene: str) -> Ground:
        setting = SCENES[scene].setting
        if self._ground is not None and (self._ground.setting is not setting or self._plays >= WORN_AFTER):
            self.close()
        if self._ground is None:
            self._ground, self._plays = Ground(setting, self._simulator), 0
        self._plays += 1
        return self._ground


def expected(cases: Sequence[Case], verdict: Verdict) -> Verdict:
    """The verdict, wrong also where a transfer does not get over what it must."""
    scene = SCENES[cases[0].scene]
    if all(case.kind.is_passing for case in cases) and verdict.outcome != scene.end and not verdict.wrong:
        return Verdict(verdict.outcome, verdict.cause, (f"it ends {verdict.outcome}, not {scene.end}",), verdict.left)
    return verdict


_troupe: Troupe | None = None


def _our_troupe() -> Troupe:
    global _troupe  # noqa: PLW0603 - a process's own
    _troupe = _troupe or Troupe(Simulator())
    return _troupe


def record(scenes: Sequence[str]) -> dict[str, Recording]:
    """In a process of the pool."""
    return {scene: _our_troupe().record(scene) for scene in scenes}


def play(chunk: Sequence[tuple[Case, ...]]) -> Played:
    """In a process of the pool."""
    return [each for cases in chunk for each in _our_troupe().play(cases)]


def recorded(pool: ProcessPoolExecutor) -> dict[str, Recording]:
    """Every scene, in their order."""
    on_one_stage = by_setting(SCENES, lambda scene: scene)
    found = {scene: recording for each in pool.map(record, on_one_stage) for scene, recording in each.items()}
    return {scene: found[scene] for scene in SCENES}


def played(pool: ProcessPoolExecutor, wanted: Sequence[tuple[Case, ...]]) -> Iterator[tuple[tuple[Case, ...], Verdict]]:
    """Play, and give the verdicts as they come."""
    chunks = [
        each[start : start + PLAYS_AT_ONCE]
        for each in by_setting(wanted, lambda cases: cases[0].scene)
        for start in range(0, len(each), PLAYS_AT_ONCE)
    ]
    for future in as_completed([pool.submit(play, chunk) for chunk in chunks]):
        yield from future.result()


def by_setting[T](things: Iterable[T], scene_of: Callable[[T], str]) -> list[list[T]]:
    """Put together what is played on one stage, for setting one takes long; the most first."""
    found: dict[int, list[T]] = defaultdict(list)
    for thing in things:
        found[id(SCENES[scene_of(thing)].setting)].append(thing)
    return sorted(found.values(), key=len, reverse=True)


def told() -> dict[str, str]:
    """What is known to become of each case, by its name: a verdict's `outcome`."""
    known: dict[str, str] = json.loads(TOLD.read_text(encoding="utf-8")) if TOLD.exists() else {}
    return known


@dataclass
class Count:
    """What was played so far, and what of it was wrong."""

    cases: int
    told: dict[str, str]
    done: int = 0
    wrong: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    _begun: float = field(default_factory=time.monotonic)

    def add(self, cases: tuple[Case, ...], verdict: Verdict, *, in_full: bool) -> None:
        """Count a transfer's cases, and tell what was wrong with them, or everything."""
        self.done += len(cases)
        self.outcomes[verdict.outcome] += len(cases)
        names = [str(case) for case in cases]
        if verdict.wrong:
            self.wrong += len(cases)
            print("\nWRONG", *names, sep="\n  ")
            print(f"  ended {verdict.outcome}:", *verdict.wrong, sep="\n    ")
            print(f"  alone: make faults ARGS='--only \"{names[0]}\"'", flush=True)
        else:
            self.told |= dict.fromkeys(names, verdict.outcome)
            if in_full:
                print("\n" + names[0], verdict.outcome, verdict.cause, *verdict.left, sep="\n    ")
        print(f"\r{self}", end="", file=sys.stderr, flush=True)

    def __str__(self) -> str:
        seconds = time.monotonic() - self._begun
        return f"{self.done} of {self.cases} cases, {self.wrong} wrong, {seconds:.0f} s"


def main() -> int:
    """Play, tell, and give 1 if a case is wrong."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    options = parser.parse_args()
    known = told()
    with ProcessPoolExecutor(options.processes) as pool:
        every = matrix(recorded(pool))
        chosen = [case for case in every if all(word in str(case) for word in options.only)]
        chosen = [case for case in chosen if not options.new or str(case) not in known]
        if not (options.all or options.only):
            chosen = list(representatives(chosen))
        wanted = [(case,) for case in chosen] if options.only else list(plays(chosen))
        kinds = len({case.kind for case in chosen})
        print(f"{len(chosen)} of all {len(every)} cases, of {kinds} kinds, on {len(wanted)} transfers")
        names = {str(case) for case in every}
        count = Count(len(chosen), {name: outcome for name, outcome in known.items() if name in names})
        for cases, verdict in played(pool, wanted):
            count.add(cases, verdict, in_full=bool(options.only))
            TOLD.write_text(json.dumps(count.told, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    write(every, count.told)
    print("\n" + "\n".join(f"{number:6} {outcome}" for outcome, number in count.outcomes.most_common()))
    print(count)
    return int(count.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
