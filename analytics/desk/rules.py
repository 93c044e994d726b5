"""What is in force: weight schemes and standards saved, tried, adopted and brought back; market
averages, settings, proposals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analytics.catalogue import Catalogue, preset_schemes, with_version
from analytics.desk.objections import Objections
from analytics.errors import RenewalError, RequestRefused
from analytics.evaluation import Evaluation, evaluate
from analytics.evaluation.weights import check, vector
from analytics.insight.closed_sheets import differs
from analytics.insight.opinions import opinions
from analytics.insight.sheet import sheet
from analytics.model import Filters, Period, Settings, WeightScheme
from analytics.people import PURPOSES, Adoption, MarketAverage, StandardVersion, in_force
from analytics.reports.exercise import exercise

REHEARSED = 6  # months that a draft of the standards is shown over


@dataclass(frozen=True)
class AdoptionEffect:
    """What adopting does: the scheme, the months with figures that it changes (month → in force
    before, as NAME vN), and how many sheets of them are closed and stay what they are."""

    scheme: WeightScheme
    since: dt.date
    months: Mapping[str, str]
    closed: int


class Rules(Objections):
    """The rules of the house, and who may change them."""

    # -- weight schemes ----------------------------------------------------------------------------

    def schemes(self) -> dict[str, WeightScheme]:
        """Presets and the latest version of every saved scheme, by name."""
        return {
            **preset_schemes(),
            **{scheme.name: scheme for scheme in self.home.state.schemes.all()},
        }

    def scheme_versions(self) -> list[WeightScheme]:
        """Every saved version, oldest first."""
        return self.home.state.schemes.all(every_version=True)

    def scheme_named(self, name: str, version: int | None = None) -> WeightScheme:
        """A preset, or a saved scheme: its latest version unless another is asked for."""
        scheme = self.home.scheme_named(name, version)
        if scheme is None:
            wanted = name if version is None else f"{name} v{version}"
            raise RequestRefused("scheme_unknown", name=wanted, known=list(self.schemes()))
        return scheme

    def adoptions(self) -> list[Adoption]:
        """Every adoption, in the order it was decided."""
        return self.home.state.schemes.adoptions()

    def save_scheme(self, scheme: WeightScheme) -> WeightScheme:
        """Save a scheme as the next version of its name: with a name that is no preset's, an author
        and a reason."""
        self.require("scheme")
        scheme = replace(
            scheme,
            name=scheme.name.strip()[:120],
            author=scheme.author.strip()[:120],
            reason=scheme.reason.strip()[:2000],
            label=None,
            company_goal=scheme.company_goal.strip()[:2000],
        )
        if scheme.name in preset_schemes():
            raise RequestRefused("scheme_is_preset", name=scheme.name)
        if not (scheme.name and scheme.author and scheme.reason):
            raise RequestRefused("scheme_needs")
        if scheme.purpose not in ("", *PURPOSES):
            raise RequestRefused("choice_unknown", value=scheme.purpose, known=list(PURPOSES))
        check(scheme.categories, scheme.indicators)
        return self.home.state.schemes.save(scheme, self.identity.who)

    def delete_scheme(self, name: str, version: int | None = None) -> int:
        """Delete a saved scheme, or one version of it, that never was in force."""
        self.require("scheme")
        if name in preset_schemes():
            raise RequestRefused("scheme_is_preset", name=name)
        return self.home.state.schemes.delete(name, version, self.identity.who)

    def adoption_effect(self, name: str, version: int | None, since: dt.date) -> AdoptionEffect:
        """What adopting a scheme from a month on would change; nothing is stored."""
        scheme = self.scheme_named(name, version)
        since = self._month_of(since)
        changed: dict[str, str] = {}
        for month in self._months():
            if month < since:
                continue
            now = self.home.scheme(month)
            if (now.name, now.version) != (scheme.name, scheme.version):
                changed[f"{month:%Y-%m}"] = f"{now.name} v{now.version}"
        closed = sum(
            f"{sheet.last:%Y-%m}" in changed for sheet in self.home.state.sheets.closed().values()
        )
        return AdoptionEffect(scheme, since, changed, closed)

    def adopt_scheme(
        self, name: str, version: int | None, since: dt.date, reason: str = ""
    ) -> AdoptionEffect:
        """Put a preset or saved scheme in force for the company from a month on: the latest
        decision holds from its month."""
        self.require("scheme")
        effect = self.adoption_effect(name, version, since)
        scheme = effect.scheme
        later = [
            standard.effective_from
            for standard in self.standards()
            if standard.effective_from > effect.since
        ]
        for month in sorted({effect.since, *later}):
            self._weighs(scheme, self.catalogue(Period(month, month)), month)
        said = reason.strip() or ("" if scheme.label else scheme.reason)
        if not said:
            raise RequestRefused("reason_missing")
        made = Adoption(scheme.name, scheme.version, effect.since, said[:2000], self.identity.who)
        self.home.state.schemes.adopt(made, effect.months)
        return effect

    def _weighs(self, scheme: WeightScheme, catalogue: Catalogue, month: dt.date) -> None:
        """Refuse what would leave a month without any weight."""
        try:
            vector(scheme, catalogue)
        except RequestRefused as error:
            raise RequestRefused(
                "scheme_fails", name=scheme.name, month=f"{month:%Y-%m}", why=error
            ) from error

    # -- standards ---------------------------------------------------------------------------------

    def standards(self) -> list[StandardVersion]:
        """Every version, oldest first."""
        return self.home.state.standards()

    def standard_in_force(self, period: Period | None = None) -> StandardVersion | None:
        """The version in force in a period, or today; None for the built-in standards."""
        return in_force(self.standards(), period.last if period else self.this_month)

    def rehearse(
        self, version: StandardVersion, period: Period, scheme: WeightScheme | None = None
    ) -> list[tuple[Evaluation, Evaluation]]:
        """The last months up to a period under the standards in force then, and under a draft."""
        self.require("standard")
        catalogue = with_version(version)
        months = [month for month in self._months() if month <= period.last][-REHEARSED:]
        return [self._both(month, catalogue, scheme) for month in months]

    def _both(
        self, month: dt.date, catalogue: Catalogue, scheme: WeightScheme | None
    ) -> tuple[Evaluation, Evaluation]:
        filters = Filters(Period(month, month))
        weights = scheme or self.scheme(filters.period)
        return evaluate(self._measured(filters), weights), self._under(filters, catalogue, weights)

    def _under(self, filters: Filters, catalogue: Catalogue, scheme: WeightScheme) -> Evaluation:
        return evaluate(self.home.measure_with(self.scoped(filters), catalogue), scheme)

    def try_standard(
        self, version: StandardVersion, progress: Callable[[float], None] = lambda _share: None
    ) -> Catalogue:
        """Evaluate every month with figures, every closed sheet and everything that pages ask under
        a draft.

        Refused, naming the month and what failed, as soon as anything does; nothing is stored
        either way.
        """
        self.require("standard")
        catalogue = with_version(version)
        later = [
            adoption.effective_from
            for adoption in self.adoptions()
            if adoption.effective_from > version.effective_from
        ]
        for month in sorted({version.effective_from, *later}):
            self._weighs(self.home.scheme(month), catalogue, month)
        closed = self.home.state.sheets.closed()
        months = self._months()
        for done, month in enumerate(months):
            progress(done / len(months))
            filters = Filters(Period(month, month))
            try:
                evaluation = self._under(filters, catalogue, self.scheme(filters.period))
                around = exercise(evaluation, self.home.state.market.all())
                people = set(evaluation.people["agent_id"])
                for (agent_id, first, last), kept in closed.items():
                    if (first, last) == (month, month) and agent_id in people:
                        differs(kept.snapshot, sheet(around, agent_id, None))
            except RenewalError as error:
                raise RequestRefused("standard_fails", month=f"{month:%Y-%m}", why=error) from error
            except (
                Exception
            ) as error:  # whatever it is, a version under which anything fails is not put in force
                raise RequestRefused(
                    "standard_fails", month=f"{month:%Y-%m}", why=type(error).__name__
                ) from error
        return catalogue

    def adopt_standard(
        self,
        version: StandardVersion,
        expected: int,
        progress: Callable[[float], None] = lambda _share: None,
    ) -> StandardVersion:
        """Adopt a version over the one that was read, once everything evaluates under it."""
        self.require("standard")
        if not version.reason.strip():
            raise RequestRefused("reason_missing")
        made = replace(
            version,
            author=self.identity.who,
            reason=version.reason.strip()[:2000],
            effective_from=self._month_of(version.effective_from),
        )
        self.try_standard(made, progress)
        return self.home.state.save_standard(made, expected)

    def restored_standard(self, version: int, since: dt.date, reason: str) -> StandardVersion:
        """An earlier version (0: the built-in one) as a new one from a month on; to be adopted like
        any other."""
        earlier = next(
            (standards for standards in self.standards() if standards.version == version), None
        )
        if earlier is None:
            if version != 0:
                raise RequestRefused("standard_unknown", version=version)
            earlier = StandardVersion({}, {}, {}, "", "", since)
        return replace(
            earlier,
            reason=reason,
            effective_from=self._month_of(since),
            restores=version,
            made_at=None,
        )

    def undo_standard(
        self, reason: str, progress: Callable[[float], None] = lambda _share: None
    ) -> StandardVersion:
        """Bring back what held before the latest version: from its month on the version before it,
        and where another began later, that one from its month; the last of those adopted."""
        every = self.standards()
        if not every:
            raise RequestRefused("nothing_to_undo")
        latest = every[-1]
        held: int | None = None
        expected, made = latest.version, latest
        for month in sorted(
            {latest.effective_from, *(version.effective_from for version in every[:-1])}
        ):
            before = in_force(every[:-1], month)
            version = before.version if before else 0
            if month < latest.effective_from or version == held:
                continue
            made = self.adopt_standard(
                self.restored_standard(version, month, reason), expected, progress
            )
            expected, held = made.version, version
        return made

    # -- market averages, settings, proposals ------------------------------------------------------

    def market(self) -> dict[str, MarketAverage]:
        """What the trade reaches, as somebody entered it, by indicator."""
        return self.home.state.market.all()

    def save_market(self, indicator: str, value: float | None, source: str) -> None:
        """Enter what the trade reaches on an indicator and where that is known from; None takes it
        out."""
        self.require("standard")
        if value is None:
            self.home.state.market.remove(indicator, self.identity.who)
            return
        catalogue = self.catalogue()
        if indicator not in catalogue.ids:
            raise RequestRefused("indicator_unknown", name=indicator, known=catalogue.ids)
        if value < min(0.0, *catalogue[indicator].standard.values):
            raise RequestRefused("market_below", name=catalogue[indicator].label, value=value)
        self.home.state.market.save(MarketAverage(indicator, value, source), self.identity.who)

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Change rules, all of these or none."""
        self.require("setting")
        self.home.change_settings(changes, self.identity.who)

    def proposals(self) -> tuple[int, pd.DataFrame | None]:
        """How many have said how they would weigh the categories, and what they would choose
        together: no single one's answer."""
        self.require("see_others")
        made = self.home.state.proposals()
        return len(made), opinions(made)

    def custom_measures(self) -> list[str]:
        """Numbers of scoresheets that were kept as they were."""
        self.require("standard")
        return [str(name) for name in self.home.warehouse.ask("custom_measures")["measure"]]

    @property
    def settings(self) -> Settings:
        """The rules in force."""
        return self.home.settings

    def propose_weights(self, categories: Mapping[str, float], ticket: str | None = None) -> str:
        """Say, unnamed, how one would weigh the categories; with the ticket of the first time, in
        its place. The ticket."""
        self.require("propose")
        return self.home.state.propose_weights(self.who, categories, ticket)

    def _months(self) -> Sequence[dt.date]:
        return [stamp.date() for stamp in self.months()["month"]]
