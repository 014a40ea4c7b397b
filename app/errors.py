"""Why something is not done: raised where it is decided, answered by error_pages.py."""


class Refusal(Exception):
    """A rule says no. `message` is the Thai sentence for the person, `field` the form field it stands beside."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Stale(Refusal):
    """The row was changed since the page was drawn, maybe by the same person: nothing is written, both are shown."""

    def __init__(self) -> None:
        super().__init__("มีการแก้ไขรายการนี้หลังจากเปิดหน้านี้ ยังไม่มีอะไรหาย ตรวจค่าล่าสุดแล้วบันทึกอีกครั้ง")


class Unanswered(Exception):
    """The form asks about something unusual before it is saved: nothing is written yet."""


NOTHING_CHANGED = "ยังไม่ได้แก้ไขอะไร"  # a form sent as it was opened: nobody is told that it was saved


class NotTheirs(Exception):
    """No such row for this actor: answered 404, so a stranger's row and no row look the same."""


class AlreadyDone(Exception):
    """This very form was done before, and its answer may have been lost: answered as it was then, see app/deeds.py.

    `answer`: what DoneDeed keeps of that answer.
    """

    def __init__(self, answer: str = "") -> None:
        super().__init__("done already")
        self.answer = answer


class Busy(Exception):
    """More ask at once than this server can answer: nothing was done, and somebody who comes back later is answered."""
