use super::*;

#[test]
fn the_root_of_functions_is_the_one_that_images_tell() {
    let is_rooted = |(name, value): (&String, &String)| name == "LAMBDA_TASK_ROOT" && *value == format!("/{TASK_ROOT}");
    assert!(!IMAGES.bases.is_empty() && IMAGES.variables.iter().any(is_rooted));
}

fn runtime_of(name: &str) -> Option<String> {
    runtime(name).map(|runtime| runtime.id().to_owned())
}

#[test]
fn bases_say_their_runtime() {
    for (name, id) in [
        ("public.ecr.aws/lambda/python:3.12-arm64", Some("python3.12")),
        ("public.ecr.aws/lambda/python:3.11.2023.11.18.02", Some("python3.11")),
        ("amazon/aws-lambda-nodejs:20", Some("nodejs20.x")),
        ("public.ecr.aws/lambda/provided:al2023", Some("provided.al2023")),
        ("public.ecr.aws/sam/build-python3.9:latest-x86_64", Some("python3.9")),
        ("public.ecr.aws/lambda/java:21", Some("java21")),
        ("python:3.12-slim", Some("python3.12")),
        ("docker.io/library/node:20-alpine", Some("nodejs20.x")),
        ("public.ecr.aws/lambda/python:latest", None),
        ("debian:12", None),
    ] {
        assert_eq!(runtime_of(name).as_deref(), id, "{name}");
    }
}

#[test]
fn handlers_stand_behind_the_client() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let of = |entry: &str, command: &str, own: bool| handler(&words(entry), &words(command), own).ok();
    assert_eq!(of("", "app.handler", true).as_deref(), Some("app.handler"));
    assert_eq!(of("/usr/bin/python -m awslambdaric", "app.handler", false).as_deref(), Some("app.handler"));
    assert_eq!(of("", "/usr/local/bin/npx aws-lambda-ric index.handler", false).as_deref(), Some("index.handler"));
    assert_eq!(of("/entry_script.sh", "app.handler", false).as_deref(), Some("app.handler"));
    assert_eq!(of("", "python app.py", false), None);
    assert_eq!(of("", "gunicorn -b :8080 app:app", true), None);
    assert_eq!(of("", "", true), None);
}

/// An image that is built of a folder with some files.
fn built(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Packed, String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let base = Base::new(folder.path());
    let image = Image { dockerfile: Some("Dockerfile".into()), context: Some(String::new()), ..Image::default() };
    let packed = package(&image, &base);
    (folder, packed)
}

/// What is put where: names of files and folders, and where they lie.
fn laid(packed: &Packed) -> Vec<(String, String)> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    packed.parts.iter().map(|part| (name(&part.from), part.to.clone())).collect()
}

#[test]
fn what_is_copied_lies_where_it_is_put() {
    let text = "FROM public.ecr.aws/lambda/python:3.12\nARG DIR=src\nCOPY requirements.txt ${LAMBDA_TASK_ROOT}\n\
                RUN pip install -r requirements.txt\nCOPY app.py ./\nCOPY $DIR ${LAMBDA_TASK_ROOT}/shop\n\
                COPY ext /opt/extensions/ext\nCMD [ \"app.handler\" ]\n";
    let files = [("Dockerfile", text), ("app.py", ""), ("requirements.txt", "x"), ("src/a.py", ""), ("ext", "")];
    let (_folder, packed) = built(&files);
    let packed = packed.unwrap();
    let expected = [
        ("requirements.txt", "requirements.txt"),
        ("app.py", "app.py"),
        ("src", "shop"),
        ("ext", "/opt/extensions/ext"),
    ];
    let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
    assert_eq!(laid(&packed), expected);
    assert_eq!((packed.runtime.id(), packed.handler.as_str()), ("python3.12", "app.handler"));
    assert_eq!((packed.installs, packed.open.len()), (Installs::Declared, 0));
}

#[test]
fn stages_copy_from_each_other_and_what_commands_make_is_open() {
    let text = "FROM public.ecr.aws/lambda/nodejs:20 AS builder\nWORKDIR /usr/app\nCOPY package.json app.ts ./\n\
                RUN npm install && npm run build\nFROM public.ecr.aws/lambda/nodejs:20\nWORKDIR ${LAMBDA_TASK_ROOT}\n\
                COPY --from=builder /usr/app/dist/* ./\nCOPY --from=builder /usr/app/package.json ./\n\
                CMD [\"app.lambdaHandler\"]\n";
    let (_folder, packed) = built(&[("Dockerfile", text), ("package.json", "{}"), ("app.ts", "")]);
    let packed = packed.unwrap();
    let paths: Vec<String> = laid(&packed).into_iter().map(|(_, to)| to).collect();
    assert_eq!(paths, ["package.json", "app.ts", "package.json"]);
    assert!(packed.open.iter().any(|open| open.detail.contains("/usr/app/dist/*")), "{:?}", packed.open);
}

#[test]
fn what_is_no_function_is_said() {
    let (_folder, packed) =
        built(&[("Dockerfile", "FROM python:3.12\nCOPY app.py .\nCMD python app.py"), ("app.py", "")]);
    assert!(packed.unwrap_err().contains("`python app.py`"));
    let (_folder, packed) = built(&[("Dockerfile", "FROM public.ecr.aws/lambda/python:3.12\nCMD [\"a.b\"]")]);
    assert!(packed.unwrap_err().contains("nothing"));
    let (_folder, packed) = built(&[("Dockerfile", "FROM a AS b\nFROM b AS a\nCOPY --from=a x y\nCMD [\"a.b\"]")]);
    assert!(packed.is_err());
}
