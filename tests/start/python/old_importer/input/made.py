import sys
import types


class Importer:
    def find_module(self, name, path=None):
        return self if name == "made.moves" else None

    def load_module(self, name):
        module = types.ModuleType(name)
        module.range = range
        sys.modules[name] = module
        return module


sys.meta_path.append(Importer())
__path__ = []
