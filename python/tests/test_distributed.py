import importlib.util
import os
import shutil
import sys
from functools import partial

import dask
import pyarrow
import pytest
from files import mrt, pcap
from test_bulk import FRAMES
from test_route_tables import MESSAGES

from contrail_fabric.bulk import scan, scan_routes
from contrail_fabric.distributed import dask_frame, map_in_arrow, spark_frame

TUNNELS = partial(scan, columns=["path", "number", "vni", "timestamp"], vni=[5001, 5002])


@pytest.fixture
def captures(tmp_path):
    paths = [tmp_path / f"{number}.pcap" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(pcap(FRAMES[number:]))
    return paths


@pytest.fixture
def recorded(tmp_path):
    path = tmp_path / "updates.mrt"
    path.write_bytes(mrt(MESSAGES))
    return path


def expected(captures, table=TUNNELS):
    return pyarrow.table(table(captures)).to_pylist()


def test_paths_go_in_and_rows_come_out_batch_by_batch(captures):
    paths = [str(path) for path in captures]
    batches = [pyarrow.RecordBatch.from_pydict({"path": part}) for part in (paths[:2], [], paths[2:])]
    small = partial(TUNNELS, batch_rows=1)
    rows = map_in_arrow(iter(batches), small)
    assert [batch.num_rows for batch in rows] == [1, 1, 1]
    everything = map_in_arrow(batches)
    assert pyarrow.Table.from_batches(everything) == pyarrow.table(scan(captures))


def with_process(part):
    return part.assign(process=os.getpid())


def test_dask_reads_each_file_in_one_of_two_processes(captures, recorded):
    frame = dask_frame(captures, TUNNELS).map_partitions(with_process)
    assert frame.npartitions == 3
    found = frame.compute(scheduler="processes", num_workers=2)
    assert os.getpid() not in set(found.pop("process"))
    assert pyarrow.Table.from_pandas(found, preserve_index=False).to_pylist() == expected(captures)
    routes = dask_frame([recorded], scan_routes)
    assert routes.vni.count().compute(scheduler="processes", num_workers=2) == 5
    assert list(routes.columns) == scan_routes([]).columns
    with dask.config.set(scheduler="synchronous"):
        assert len(dask_frame([], TUNNELS)) == 0


has_spark = importlib.util.find_spec("pyspark") and shutil.which("java")


@pytest.mark.skipif(not has_spark, reason="pyspark or Java is not installed")
@pytest.mark.filterwarnings("default")
def test_spark_reads_each_file_in_a_task(captures, recorded, monkeypatch):
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    config = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.driver.host": "127.0.0.1"}
    spark = SparkSession.builder.master("local[2]").config(map=config).getOrCreate()
    try:
        frame = spark_frame(spark, captures, TUNNELS)
        assert frame.rdd.getNumPartitions() == 3
        found = frame.orderBy("path", "number").toArrow()
        assert found.to_pylist() == expected(captures)
        routes = spark_frame(spark, [recorded], scan_routes)
        assert routes.columns == scan_routes([]).columns
        assert routes.where("action = 'withdraw'").count() == 2
        whole = spark_frame(spark, captures, partial(scan, columns=["frame", "source_port"])).toArrow()
        assert sorted(whole["frame"].to_pylist()) == sorted(row["frame"] for row in expected(captures, partial(scan, columns=["frame"])))
        assert spark_frame(spark, [], TUNNELS).count() == 0
    finally:
        spark.stop()
