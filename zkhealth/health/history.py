"""What was read of a record: typed attributes, and by name whatever was left out."""

from dataclasses import dataclass, replace
from datetime import date

from zkhealth.credentials.schemas.codes import Code
from zkhealth.credentials.schemas.dates import DayInterval, days


@dataclass(frozen=True, repr=False)
class Dose:
    """One completed vaccination: the codes of the vaccine, the day, and its place in a series if the record tells."""

    vaccine: tuple[Code, ...]
    given: DayInterval
    dose: int | None = None
    series: int | None = None

    def __repr__(self) -> str:
        return f"Dose({len(self.vaccine)} codes)"


@dataclass(frozen=True, repr=False)
class PatientHistory:
    """The birth date and the completed vaccinations of one patient, in the order of the file.

    `skipped` says which vaccinations or codes were left out and why; `missing` says what is not known of the patient.
    Both name places in the file, never a value.
    """

    birth: DayInterval | None
    immunizations: tuple[Dose, ...]
    skipped: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __repr__(self) -> str:
        birth = "unknown" if self.birth is None else "known"
        counts = f"{len(self.immunizations)} immunizations, {len(self.skipped)} skipped, {len(self.missing)} missing"
        return f"PatientHistory(birth {birth}, {counts})"

    def up_to(self, at: date) -> "PatientHistory":
        """Keep the vaccinations that were certainly given on `at` or before: a partial date counts by its latest day.

        Raises ValueError if the year of `at` is not one of 1800 to 2155.
        """
        kept = tuple(i for i in self.immunizations if i.given.hi <= days(at))
        left_out = len(self.immunizations) - len(kept)
        why = (f"{left_out} of the immunizations: not certainly given by the date asked about",) if left_out else ()
        return replace(self, immunizations=kept, skipped=self.skipped + why)
