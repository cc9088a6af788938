"""`run` of something else."""


class Task:
    def run(self):
        return 1


RESULT = Task().run()


def handler(event, context):
    return "ok"
