"""The test of a table of wrong uses: pairs of a call and a part of the message with which it is refused."""

import re

import pytest

ERRORS = TypeError, ValueError, IndexError, AttributeError, NotImplementedError, OSError


def refused(rows):
    """Make the test that each call of the table raises an error with its message."""

    @pytest.mark.parametrize(("use", "message"), rows, ids=[message[:40] for _, message in rows])
    def test(use, message):
        with pytest.raises(ERRORS, match=re.escape(message)):
            use()

    return test
