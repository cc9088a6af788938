from snapshot_restore_py import register_before_snapshot # ~ snapstart-hook-not-loaded

state = {}


@register_before_snapshot
def prime():
    state["primed"] = True
