//! A report to try formats on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{
    Budgets, Counts, DeploymentPackage, Finding, FirstImport, FirstRequest, Frame, Function, Init, LazyAll, Loaded,
    Open, Package, Part, Place, Problem, Report, RuleInfo, SCHEMA, Saves, Start, Summary, Tool, Unresolved, Verdict,
};
use crate::artifact::ArtifactKind;
use crate::assemble::Reason;
use crate::cost::{Basis, Counted, Grade, PartKind};
use crate::finding::Severity;
use crate::package::owners::Ecosystem;
use crate::platform::{Architecture, Platform};

fn package(
    name: &str,
    version: Option<&str>,
    ms: f64,
    loaded: Loaded,
    site: Option<(&str, u32, Option<&str>)>,
) -> Package {
    Package {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        ecosystem: Ecosystem::Pypi,
        bytes: 40_000_000,
        files: 1200,
        loaded,
        declared: None,
        init_ms: ms,
        cumulative_ms: ms * 1.2,
        removable_ms: ms * 1.1,
        imported_by: Vec::new(),
        first_import: site.map(|(path, line, via)| FirstImport {
            path: path.to_owned(),
            line,
            via: via.map(str::to_owned),
        }),
    }
}

fn part(kind: PartKind, name: &str, ms: f64) -> Part {
    Part { kind, name: name.to_owned(), ms }
}

/// The example of the design's section 4, with a hostile name among its own.
pub(super) fn report() -> Report {
    Report {
        schema: SCHEMA.into(),
        tool: Tool { name: "defrost".into(), version: "0.0.0".into() },
        functions: vec![function()],
        applications: Vec::new(),
        projects: Vec::new(),
        problems: vec![Problem {
            path: Some("template.yaml".to_owned()),
            line: Some(7),
            message: "Bills is left out: its code is not at bills\u{1b}[2J".to_owned(),
            left_out: None,
        }],
        findings: findings(),
        summary: Summary {
            functions: 1,
            findings: Counts { error: 1, warning: 1, note: 1 },
            suppressed: 0,
            baselined: 0,
            untouched: 0,
            budgets: Budgets { init_ms: Some(800.0), ..Budgets::default() },
            exit_code: 1,
        },
        rules: RuleInfo::table(&crate::rules::registry().unwrap()),
    }
}

fn function() -> Function {
    Function {
        name: "orders".to_owned(),
        tags: BTreeMap::new(),
        origin: None,
        platform: Platform::AwsLambda,
        runtime: "python3.12".to_owned(),
        architecture: Architecture::X86_64,
        memory_mb: None,
        handler: "app.handler".to_owned(),
        grade: Some(Grade::D),
        start: Start { verdict: Verdict::Starts, cause: None, missing: Vec::new() },
        open: vec![Open {
            reason: Reason::Layer,
            detail: "the layer arn:x\u{1b}[2J is not on this machine".to_owned(),
        }],
        budgets: Budgets { init_ms: Some(800.0), ..Budgets::default() },
        growth_percent: None,
        sources: Vec::new(),
        package: DeploymentPackage {
            path: "orders.zip".to_owned(),
            kind: ArtifactKind::Zip,
            bytes: 121_400_000,
            zipped_bytes: Some(38_200_000),
            files: 4211,
        },
        packages: vec![
            package("pandas", Some("2.3.1"), 612.0, Loaded::Init, Some(("app.py", 3, None))),
            package("boto3", Some("1.40.2"), 241.0, Loaded::Init, Some(("app.py", 4, None))),
            package("evil\u{1b}[2J", None, 58.0, Loaded::Init, Some(("views.py", 1, Some("boto3")))),
            package("openpyxl", Some("3.1.5"), 0.0, Loaded::Invoke, Some(("views.py", 9, None))),
        ],
        init: Init {
            estimated_ms: 1180.0,
            low_ms: 860.0,
            high_ms: 1560.0,
            model_range: [0.73, 1.51],
            basis: Basis { factor: 2.0, source: "published times".to_owned(), state: None, starts: Some(214) },
            download_ms: 310.0,
            first_request_ms: 60.0,
            parts: vec![
                part(PartKind::Runtime, "python3.12", 85.0),
                part(PartKind::Module, "pandas", 512.0),
                part(PartKind::Native, "pandas", 100.0),
                part(PartKind::Module, "boto3", 241.0),
                part(PartKind::Module, "evil\u{1b}[2J", 58.0),
                part(PartKind::Standard, "standard library", 119.0),
                part(PartKind::Module, "orders", 20.0),
                part(PartKind::Call, "boto3.client", 45.0),
            ],
            counted: Counted::default(),
        },
        modules: Vec::new(),
        unresolved: vec![Unresolved {
            import: "simplejson".to_owned(),
            path: "app.py".to_owned(),
            line: 6,
            guarded: true,
        }],
        problems: vec![Problem {
            path: Some("old.py".to_owned()),
            line: Some(2),
            message: "does not parse".to_owned(),
            left_out: None,
        }],
        routes: Vec::new(),
        split: None,
        lazy_all: Some(LazyAll {
            estimated_ms: 88.0,
            low_ms: 86.0,
            high_ms: 90.0,
            first_requests: vec![FirstRequest { route: "*".to_owned(), ms: 1092.0 }],
            cold_ms: 1180.0,
            pays: false,
        }),
        scaling: None,
        application: None,
    }
}

fn findings() -> Vec<Finding> {
    let code = "import json\nimport os\nimport pandas as pd\nimport boto3\n\n\ndef summary():\n    df = pd.DataFrame([])\n    return df\n";
    let use_at = code.find("pd.DataFrame").unwrap_or_default();
    let import_at = code.find("import pandas").unwrap_or_default();
    let whole = |path: &str| Place {
        path: path.to_owned(),
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
        ..Place::default()
    };
    let finding = |rule: &'static str, severity, message: &str, location| Finding {
        rule: rule.into(),
        severity,
        function: Some("orders".to_owned()),
        functions: Vec::new(),
        subject: None,
        location,
        message: message.to_owned(),
        help: None,
        snippet: None,
        saves: Saves::default(),
        fix: None,
        related: Vec::new(),
        fingerprint: String::new(),
        frame: None,
    };
    let heavy = finding(
        "network-at-init",
        Severity::Warning,
        "pandas costs 612 ms at every cold start and 1 of 7 routes uses it, 100 % certain",
        Place { inner_path: Some("app.py".to_owned()), line: 3, end_line: 3, end_column: 20, ..whole("orders.zip") },
    );
    vec![
        Finding {
            subject: Some("app".to_owned()),
            ..finding(
                "handler-not-found",
                Severity::Error,
                "handler `app.x`: the module defines no `x`",
                Place { line: 12, column: 7, end_line: 12, end_column: 20, ..whole("infra/template.yaml") },
            )
        },
        Finding {
            subject: Some("pandas".to_owned()),
            help: Some("import it inside summary(); its first request then takes about 640 ms longer".to_owned()),
            snippet: None,
            saves: Saves { init_ms: Some(612.0), bytes: None },
            frame: Some(Frame {
                text: Arc::from(code),
                marks: vec![
                    (import_at..import_at + 19, "loaded during Init".to_owned()),
                    (use_at..use_at + 12, "used only here".to_owned()),
                ],
            }),
            ..heavy
        },
        Finding {
            subject: Some("openpyxl".to_owned()),
            saves: Saves { init_ms: None, bytes: Some(2_500_000) },
            ..finding("never-loaded-package", Severity::Note, "openpyxl\n::error::x takes 2.5 MB", whole("orders.zip"))
        },
    ]
}
