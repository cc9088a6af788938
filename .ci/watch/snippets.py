"""Whether the snippets of the table are what they say: CloudFormation and Serverless YAML, Terraform HCL.

    python3 snippets.py SNIPPETS.toml CDK.json      writes the CDK ones to CDK.json, for snippets.mjs
"""
import json, re, sys, tomllib

import hcl2, yaml


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


Loader.add_multi_constructor("!", lambda loader, tag, node: tag)
VALUES = {"threshold": "5", "n": "5", "min": "1", "max": "9", "period": "60", "periods": "3"}


def filled(text):
    text = re.sub(r"(?<!\$)\{(\w+)\}", lambda m: VALUES.get(m[1], "some_name"), text)
    return re.sub(r"\$\{some_name", "${some_name", text)


broken, cdk = [], {}
for name, texts in tomllib.load(open(sys.argv[1], "rb")).items():
    for language, text in texts.items():
        text = filled(text)
        if language == "cdk":
            cdk[name] = text
            continue
        try:
            if language == "terraform":
                is_block = re.search(r"^(resource|data|module|variable) ", text, re.M)
                is_value = " = " not in text and "{" not in text and not is_block
                body = f"a = {text}" if is_value else text
                hcl2.loads(text + "\n" if is_block else f'resource "a" "b" {{\n{body}\n}}\n')
            else:
                yaml.load(text, Loader)
        except Exception as error:  # whatever a parser says
            broken.append(f"{name}.{language}: {str(error)[:200]}\n{text}")
json.dump(cdk, open(sys.argv[2], "w"))
print("\n".join(broken))
sys.exit(1 if broken else 0)
