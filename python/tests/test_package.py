from importlib.metadata import version

import contrail_fabric


def test_the_version_is_that_of_the_distribution():
    assert contrail_fabric.__version__ == version("contrail-fabric")
