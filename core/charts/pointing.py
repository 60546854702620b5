"""Which configuration is pointed at, in a chart that takes the mark nearest to the pointer.

Such a mark has an opacity of its own, by which the rules of a page know it. Knows no page.
"""

from core.charts import vega

POINTED = 0.999


def pointed(parameter: vega.Parameter, off: float) -> vega.Words:
    """Opacity 1, ``off`` where ``parameter`` selects others, ``POINTED`` where it selects this."""
    name = {"param": parameter.name}
    own = name | {"empty": False, "value": POINTED}
    return vega.Words(value=off, condition=[own, name | {"value": 1}])
