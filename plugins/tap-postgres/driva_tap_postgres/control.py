"""What is told of the source beside its tables, in few records."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream

if TYPE_CHECKING:
    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record


class ControlStream(Stream):
    """A stream of which nothing is sent where nothing is new: the warehouse need not wake up."""

    selected_by_default = False

    @property
    @abstractmethod
    def is_silent(self) -> bool:
        """Whether there is nothing to say; the first run says so too, and there is a table."""

    @abstractmethod
    def told(self) -> Iterable[Record]:
        """Yield what is to be said, and keep in the state that it was."""

    def _write_schema_message(self) -> None:
        if not self.is_silent:
            super()._write_schema_message()

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Return None: what little there is goes as records."""
        return None

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield what is to be said, unless the last run has said the same."""
        if self.is_silent:
            self.logger.info("%s: nothing new", self.name)
            return
        yield from self.told()
