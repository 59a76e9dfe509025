"""Many files on many machines: each is read where it is worked on, and only its rows travel.

``table`` says what is read of the files: `contrail_fabric.bulk.scan`, `contrail_fabric.bulk.scan_routes`, or one of these with
arguments of your own, as ``functools.partial(scan, columns=["vni", "source"], protocol="tcp")``. Paths must mean the same on
all machines. Besides Dask or Spark, pyarrow must be installed, on each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from os import fspath
from typing import Any, TypeAlias

from contrail_fabric.bulk import PacketScan, Path, RouteScan, scan

__all__ = ["dask_frame", "map_in_arrow", "spark_frame"]

Table: TypeAlias = Callable[[Sequence[Path]], PacketScan | RouteScan]

# What Spark calls the types that our columns have.
_SPARK_TYPES = {
    "int32": "int",
    "int64": "bigint",
    "string": "string",
    "binary": "binary",
    "timestamp[us, tz=UTC]": "timestamp",
}


def map_in_arrow(batches: Iterable[Any], table: Table = scan) -> Iterator[Any]:
    """Batches of Arrow with paths in their first column in, batches of the rows of these files out, in bounded memory.

    It is what ``DataFrame.mapInArrow`` of Spark calls, and works wherever else pyarrow's record batches go through a function.
    """
    pyarrow = import_module("pyarrow")
    for batch in batches:
        yield from pyarrow.RecordBatchReader.from_stream(table(batch.column(0).to_pylist()))


def spark_frame(session: Any, paths: Iterable[Path], table: Table = scan) -> Any:
    """A ``DataFrame`` of Spark with the rows of files, each file a task."""
    pyarrow = import_module("pyarrow")
    schema = pyarrow.RecordBatchReader.from_stream(table([])).schema
    columns = ", ".join(f"`{column.name}` {_SPARK_TYPES[str(column.type)]}" for column in schema)
    files = [(fspath(path),) for path in paths]
    spread = session.createDataFrame(files, "path string").repartition(max(len(files), 1))
    return spread.mapInArrow(partial(map_in_arrow, table=table), columns)


def dask_frame(paths: Iterable[Path], table: Table = scan) -> Any:
    """A ``DataFrame`` of Dask with the rows of files, each file a partition that is in memory as a whole; columns are of
    Arrow's types.
    """
    partition = partial(_pandas, table=table)
    files = [[fspath(path)] for path in paths]
    return import_module("dask.dataframe").from_map(partition, files or [[]], meta=partition([]))


def _pandas(paths: Sequence[Path], table: Table) -> Any:
    arrow = import_module("pyarrow").table(table(paths))
    return arrow.to_pandas(types_mapper=import_module("pandas").ArrowDtype)
