use crate::declare::model::{CodeSource, SnapStart};
use crate::engine::{ApplicationContext, Sink};

/// What says that an image may be put into a snapshot.
const LABEL: &str = "com.amazonaws.lambda.feature.snapstart";

/// Reports images of other bases that do not say that they may be put into a snapshot.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        if function.snap_start.known() != Some(&SnapStart::PublishedVersions) {
            continue;
        }
        let CodeSource::Image(image) = &function.code.source else { continue };
        let Some(path) = &image.dockerfile else { continue };
        let Some((number, file)) = (0_u32..).zip(&cx.application.files).find(|(_, file)| is_at(&file.path, path))
        else {
            continue;
        };
        let Some(base) = last_base(&file.text) else { continue };
        // A base that a build argument names is not known.
        if file.text.contains(LABEL) || base.0.contains('$') || is_of_the_platform(base.0) {
            continue;
        }
        let message =
            format!("the image is built from {}, and SnapStart takes such an image only with its label", base.0);
        let start = base.1 as u32;
        let span = crate::span::Span::new(start, start + base.0.len() as u32);
        let place = crate::declare::model::Place { file: number, span };
        let finding = cx.about(id, place, message);
        let finding =
            finding.label(cx.at(cx.place(&function.snap_start, &function.origin)), "SnapStart is asked for here");
        sink.report(finding.snippet(Some(format!("LABEL {LABEL}=\"Allow\""))));
    }
}

/// The image of the last stage, with its offset.
fn last_base(text: &str) -> Option<(&str, usize)> {
    let mut stages: Vec<&str> = Vec::new();
    let mut last = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let mut words = line.split_whitespace();
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("FROM")) {
            let image = words.find(|word| !word.starts_with("--"))?;
            let name = words.nth(1);
            // A stage that goes on with an earlier one has its base.
            if !stages.contains(&image) {
                last = Some((image, offset + line.find(image)?));
            }
            stages.extend(name);
        }
        offset += line.len();
    }
    last
}

/// Whether a file that reports call `shown` is the one that the template calls `path`.
fn is_at(shown: &str, path: &str) -> bool {
    let path = path.trim_start_matches("./");
    shown.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// Base images of the platform's own runtimes.
fn is_of_the_platform(image: &str) -> bool {
    let image = image.trim_start_matches("public.ecr.aws/");
    image.starts_with("lambda/") || image.contains("amazon/aws-lambda-") || image.contains("aws-sam/build-")
}

#[cfg(test)]
mod tests {
    use super::{is_of_the_platform, last_base};

    #[test]
    fn the_base_is_that_of_the_last_stage() {
        let text = "FROM node:24 AS build\nRUN x\nFROM --platform=linux/arm64 python:3.13-slim\n";
        assert_eq!(last_base(text).map(|base| base.0), Some("python:3.13-slim"));
        assert_eq!(last_base("FROM a AS b\nFROM b\n").map(|base| base.0), Some("a"));
        assert!(is_of_the_platform("public.ecr.aws/lambda/python:3.13") && !is_of_the_platform("python:3.13"));
    }
}
