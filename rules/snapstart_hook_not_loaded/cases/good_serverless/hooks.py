from snapshot_restore_py import register_before_snapshot

state = {}


@register_before_snapshot
def prime():
    state["primed"] = True
