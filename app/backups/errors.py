"""What a backup or a restore may fail with."""


class BackupError(Exception):
    """Why there is no backup, or why it was not restored; says what to do."""
