"""What keeps a home whole: its backup and the way back from one, the check of everything in it, and
the audit of a home that is refused."""

from __future__ import annotations

from pathlib import Path

from analytics.backup import Backup, Checked, backup, check, default_backups, restore
from analytics.desk.data import Data
from analytics.home import Home
from analytics.people import LOCAL
from analytics.start import AUDITED, verdict_of_refused
from analytics.state.signing import new_key, public_path


class Keeping(Data):
    """The home as a whole, for who looks after the data."""

    def backup(self, to: Path | None = None) -> Backup:
        """Copy the whole home into a folder (that of the settings when none is given)."""
        self.require("data")
        return backup(self.home.ledger, to or default_backups(self.home.folder), self.identity.who)

    def check(self) -> Checked:
        """Read everything of the home and say what is not as it should be."""
        self.require("data")
        return check(self.home.ledger)

    def rebuild(self) -> int:
        """Make the warehouse again from the originals; how many loads."""
        self.require("data")
        return self.home.rebuild(self.identity.who)


def restored(source: Path, folder: Path) -> tuple[Backup, Checked]:
    """Bring a backup back as the home of a folder (empty, or not there yet), and check it. Nobody's
    account is asked for: the accounts are in the backup, and whoever has it needs none."""
    made = restore(source, folder)
    home = Home(folder)
    try:
        home.state.note_down(LOCAL, "home.restore", made.name, {"fingerprint": made.fingerprint})
        return made, Keeping(home).check()
    finally:
        home.close()


def accept_loss(folder: Path, reason: str) -> None:
    """Go on with a home that lost something; the audit keeps why."""
    Home(folder, reason).close()


def make_key(path: Path) -> tuple[str, Path]:
    """Make a key pair that signs the audit: the key's name, and where its public half is."""
    return new_key(path).name, public_path(path)


__all__ = [
    "AUDITED",
    "Backup",
    "Checked",
    "Keeping",
    "accept_loss",
    "make_key",
    "restored",
    "verdict_of_refused",
]
