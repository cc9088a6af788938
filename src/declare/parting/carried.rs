//! What is declared beside a function and belongs to it: alarms, permissions, log groups.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::{end_of, indent_of, numbered, value};
use crate::knowledge;

/// Kinds of resources with the properties that name one.
type Kinds = BTreeMap<String, Vec<String>>;

/// Resources that belong to one function each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Carried {
    cloudformation: Kinds,
    pub(super) terraform: Kinds,
    /// Kinds that cannot be multiplied, with the reason.
    pub(super) terraform_single: BTreeMap<String, String>,
}

knowledge::table! {
    pub(super) static CARRIED: Carried = "declare/carried.toml", tested by the_carried_resources_read;
}

/// A function of a template of which others are made.
pub(super) struct Original<'t> {
    /// Its logical id.
    pub(super) id: &'t str,
    /// Its name, where the template gives it in plain words.
    pub(super) name: Option<&'t str>,
}

/// The resources that belong to a function, once for each of the new ids; and their lines in the template.
pub(super) fn of(template: &str, function: &Original<'_>, ids: &[String]) -> (String, Vec<Range<usize>>) {
    let lines: Vec<&str> = template.lines().collect();
    let (mut out, mut taken) = (String::new(), Vec::new());
    let Some(section) = lines.iter().position(|line| line.trim() == "Resources:") else { return (out, taken) };
    let (mut at, end) = (section + 1, end_of(&lines, section));
    while at < end {
        let below = end_of(&lines, at);
        let written = below - lines[at..below].iter().rev().take_while(|line| line.trim().is_empty()).count();
        let block = lines.get(at..written).unwrap_or_default();
        if let Some(copies) = copies(block, function, ids) {
            out.push_str(&copies);
            taken.push(at..written);
        }
        at = below;
    }
    (out, taken)
}

/// A resource once for each of the new functions; `None` where it is none that belongs to the old one.
fn copies(block: &[&str], function: &Original<'_>, ids: &[String]) -> Option<String> {
    let (head, rest) = block.split_first()?;
    let id = head.trim().strip_suffix(':').filter(|id| *id != function.id)?;
    let kind = rest.iter().find_map(|line| value(line, "Type"))?;
    let names = CARRIED.cloudformation.get(kind)?;
    rest.iter().find(|line| refers(line, function))?;
    let mut out = String::new();
    for (number, new) in (1..).zip(ids) {
        out.push_str(&format!("{}{id}{number}:\n", " ".repeat(indent_of(head))));
        for line in rest {
            let own = with_word(line, function.id, new);
            let is_name = names.iter().any(|name| value(line, name).is_some());
            let line =
                if own == **line && (is_name || is_named(line, function)) { numbered(line, number)? } else { own };
            out.push_str(&format!("{line}\n"));
        }
    }
    Some(out)
}

fn refers(line: &str, function: &Original<'_>) -> bool {
    let is_prose = value(line, "Description").or_else(|| value(line, "AlarmDescription")).is_some();
    !is_prose
        && !line.trim().starts_with('#')
        && (crate::lang::moving::has_word(line, function.id) || is_named(line, function))
}

/// Whether a line gives the function's name, and nothing else.
fn is_named(line: &str, function: &Original<'_>) -> bool {
    let is = |key: &str| function.name.is_some() && value(line.trim().trim_start_matches("- "), key) == function.name;
    is("Value") || is("FunctionName")
}

/// A text with another word in place of one.
pub(super) fn with_word(text: &str, word: &str, new: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-');
    let (mut out, mut done) = (String::new(), 0);
    for (at, _) in text.match_indices(word) {
        let behind = at + word.len();
        if text[..at].ends_with(is_part) || text[behind..].starts_with(is_part) {
            continue;
        }
        out.push_str(&text[done..at]);
        out.push_str(new);
        done = behind;
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Resources:\n  Office:\n    Type: AWS::Serverless::Function\n\n  # all errors\n  Errors:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmName: office-errors # one\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref Office\n\n  Throttles:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmDescription: Office is throttled\n      Dimensions:\n        - Name: FunctionName\n          Value: office\n  Other:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmDescription: not of Office\n      Dimensions: [{Name: FunctionName, Value: !Ref Reports}]\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: !Sub /aws/lambda/${Office}\n  Machine:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionSubstitutions: {Arn: !GetAtt Office.Arn}\nOutputs:\n  Arn:\n    Value: !GetAtt Office.Arn\n";

    #[test]
    fn what_belongs_to_a_function_is_there_for_each() {
        let office = Original { id: "Office", name: Some("office") };
        let ids = ["Office1".to_owned(), "Office2".to_owned()];
        let (text, lines) = of(TEMPLATE, &office, &ids);
        let errors = "  Errors2:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmName: office-errors-2\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref Office2\n";
        assert!(text.contains(errors), "{text}");
        assert!(
            text.contains("      AlarmDescription: Office1 is throttled\n") && text.contains("Value: office-1\n"),
            "{text}"
        );
        assert!(text.contains("  Logs1:\n") && text.contains("LogGroupName: !Sub /aws/lambda/${Office2}\n"), "{text}");
        assert!(!text.contains("Other") && !text.contains("Machine") && !text.contains("Arn"), "{text}");
        assert_eq!(lines.len(), 3);
        let spread = TEMPLATE.replace("office-errors # one", "!Join\n        - '-'\n        - [a, b]");
        assert!(!of(&spread, &office, &ids).0.contains("Errors"));
        assert_eq!(of("Resources: {}\n", &office, &ids), (String::new(), Vec::new()));
    }
}
