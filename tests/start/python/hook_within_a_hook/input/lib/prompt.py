from lib.other import content


class Prompt:
    kind = content.KIND
