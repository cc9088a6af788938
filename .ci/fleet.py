"""An application with many functions that ship one package of a hundred modules for each library.

    python3 fleet.py FOLDER FUNCTIONS LIBRARIES
"""
import random, sys
from pathlib import Path

folder, functions, libraries = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
random.seed(3)
source = folder / "src"
for library in range(libraries):
    name = f"lib{library:02}"
    package, info = source / name, source / f"{name}-1.{library}.0.dist-info"
    package.mkdir(parents=True, exist_ok=True)
    info.mkdir(exist_ok=True)
    (package / "__init__.py").write_text("".join(f"from . import m{m}\n" for m in range(0, 99, 3)))
    for module in range(99):
        count = random.randint(2, 30)
        text = "".join(f"class C{i}:\n    def f(self, x):\n        return x + {i}\n" for i in range(count))
        if library and random.random() < 0.02:
            text = f"import lib{random.randint(0, library - 1):02}\n{text}"
        (package / f"m{module}.py").write_text(text)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.{library}.0\n")
    names = ["__init__.py"] + [f"m{m}.py" for m in range(99)]
    (info / "RECORD").write_text("".join(f"{name}/{file},,\n" for file in names))
template = "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: {Runtime: python3.12, MemorySize: 512, Timeout: 20}\nResources:\n"
for function in range(functions):
    used = random.sample(range(libraries), min(libraries, random.randint(1, 12)))
    text = "".join(f"import lib{library:02}\n" for library in used)
    (source / f"fn{function:03}.py").write_text(text + "def handler(event, context):\n    return 1\n")
    template += f"  Fn{function:03}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: fn{function:03}.handler\n"
    template += f"      Events: {{A: {{Type: Api, Properties: {{Path: /a{function}, Method: get}}}}}}\n"
(folder / "template.yaml").write_text(template)
(folder / "defrost.toml").write_text("[traffic]\nrequests-per-second = 20\nduration-ms = 150\nburst = 100\n")
