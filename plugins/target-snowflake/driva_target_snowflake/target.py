"""The target: settings are those of `meltanolabs-target-snowflake`; names are always raw."""

from __future__ import annotations

import copy
import functools
import sys
from typing import IO, Any, ClassVar, cast

from singer_sdk import typing as th
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._batch import BaseBatchFileEncoding
from target_snowflake.target import TargetSnowflake

from driva_target_snowflake.complete import Complete
from driva_target_snowflake.connector import DrivaSnowflakeConnector
from driva_target_snowflake.errors import FAILURES, LoadError, explained
from driva_target_snowflake.loads import Loads
from driva_target_snowflake.process import check, fail, prepare
from driva_target_snowflake.sink import DrivaSnowflakeSink


class DrivaTargetSnowflake(TargetSnowflake):
    """Target for Snowflake, in an account or on this machine."""

    default_sink_class = DrivaSnowflakeSink
    config_jsonschema: ClassVar[dict[str, Any]] = {
        **TargetSnowflake.config_jsonschema,
        "properties": {
            **TargetSnowflake.config_jsonschema["properties"],
            **th.PropertiesList(
                th.Property("host", th.StringType, description="Host, if not the account's own."),
                # Meltano would show a traceback for what is no number.
                th.Property(
                    "port",
                    th.CustomType({"type": ["integer", "string"]}),
                    description="Port, if not 443.",
                ),
                th.Property(
                    "protocol",
                    th.StringType,
                    allowed_values=["http", "https"],
                    description="Protocol, if not https.",
                ),
                th.Property(
                    "query_tag",
                    th.StringType,
                    description=(
                        "QUERY_TAG of every statement; {stream}, {run} and {environment} are "
                        "replaced. The run is MELTANO_RUN_ID, or else one of the target's own."
                    ),
                ),
            ).to_dict()["properties"],
        },
    }

    @classmethod
    def invoke(cls, *, file_input: IO[str] | None = None, **given: Any) -> None:
        """Run the target on what is left of the standard input, of which `start` has read."""
        super().invoke(file_input=file_input or sys.stdin, **given)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Name the variables if there is nothing to connect to."""
        check(self.config)
        return super()._validate_config(raise_errors=raise_errors)

    def _process_batch_message(self, message_dict: dict[str, Any]) -> None:
        """Load files, and where they are all of a piece of the table mark what is gone from it."""
        told = message_dict.get("complete")
        if told is None:
            super()._process_batch_message(message_dict)
            return
        stream = message_dict["stream"]
        complete = Complete.of(stream, told)
        encoding = BaseBatchFileEncoding.from_dict(message_dict["encoding"])
        for stream_map in self.mapper.stream_maps[stream]:
            sink = cast("DrivaSnowflakeSink", self.get_sink(stream_map.stream_alias))
            sink.process_piece(encoding, message_dict["manifest"], complete)
            self._handle_max_record_age()

    @functools.cached_property
    def loads(self) -> Loads:
        """What is being loaded while this reads on."""
        return Loads()

    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        """Pass a bookmark on as soon as all before it is committed, not at the end of the run."""
        super()._process_state_message(message_dict)
        if self._sinks_to_clear:
            self.drain_all()
        elif not any(sink.current_size for sink in self._sinks_active.values()):
            write, state = super()._write_state_message, copy.deepcopy(message_dict["value"])
            self.loads.then(lambda: write(state))

    def _write_state_message(self, state: dict[str, Any]) -> None:
        """Pass a bookmark on when all that has come is committed: every other way ends here."""
        self.loads.wait_for_all()
        super()._write_state_message(state)

    def process_endofpipe(self) -> None:
        """End when all that has come is loaded, and write down what it was."""
        self.loads.wait_for_all()
        super().process_endofpipe()
        sinks = cast("list[DrivaSnowflakeSink]", [*self._sinks_active.values()])
        if loaded := [sink for sink in sinks if any(sink.loaded.values())]:
            connector = cast("DrivaSnowflakeConnector", self.target_connector)
            rows = {str(sink.table_name): sink.loaded for sink in loaded}
            with connector._connect() as connection:
                connector.ledger.record(connection, str(loaded[0].schema_name), connector.run, rows)


def main() -> None:
    """Run the target; what the user can mend is one line and exit code 1."""
    prepare()
    try:
        DrivaTargetSnowflake.cli()
    except LoadError as error:
        fail(str(error))
    except ConfigValidationError as error:
        fail(f"{error} {'; '.join(error.errors)}")
    except FAILURES as error:
        fail(explained(error))


if __name__ == "__main__":
    main()
