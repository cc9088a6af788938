//! Deployments as people write them, read into one application model.
//!
//! A reader per dialect (SAM and CloudFormation, CDK output, Serverless Framework, Terraform and
//! its plans, Chalice, Zappa) puts what it reads into one common form, and [`model`] is made of
//! that. Nothing is guessed: a value is known, unknown with the reason, or unset. The words of
//! templates and frameworks are known here and to `assemble` alone; whoever asks the model needs
//! none of them.

mod chalice;
mod cloudformation;
pub mod dockerfile;
mod lower;
pub mod model;
pub mod parting;
#[cfg(test)]
mod parity;
mod reader;
mod resource;
pub mod snippet;
mod serverless;
mod terraform;
mod toml;
#[cfg(test)]
mod testing;
mod tree;
mod zappa;

use std::collections::BTreeMap;

use model::{Application, Dialect, Problem};
use reader::Reader;

use crate::input::files::Files;
pub(crate) use serverless::logical as serverless_id;

/// Assemblies within assemblies.
const MOST_ASSEMBLIES: usize = 50;

/// What a deployment is given beside its templates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Stage or environment.
    pub stage: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Values of parameters, options or variables by name.
    pub parameters: BTreeMap<String, String>,
}

/// The dialect of a file, by its name and text; `None` where it is no template with functions.
/// Broken ones count, so that they are reported and not passed over.
#[must_use]
pub fn dialect_of(path: &str, text: &str) -> Option<Dialect> {
    let extension = path.rsplit('.').next().unwrap_or_default();
    match extension {
        _ if chalice::is_one(path) || chalice::is_application(path, text) => Some(Dialect::Chalice),
        _ if zappa::is_one(path, text) => Some(Dialect::Zappa),
        _ if terraform::is_file(path) => terraform::looks_like_one(path, text).then_some(Dialect::Terraform),
        "json" if cloudformation::is_manifest(path, text) => Some(Dialect::Cdk),
        "json" if terraform::is_plan(path, text) => Some(Dialect::TerraformPlan),
        _ if serverless::looks_like_one(path, text) => Some(Dialect::Serverless),
        "yaml" | "yml" | "json" | "template" if cloudformation::looks_like_one(text) => {
            Some(if text.contains("AWS::Serverless") { Dialect::Sam } else { Dialect::CloudFormation })
        }
        _ => None,
    }
}

/// Whether a file is a template that [`read`] takes.
#[must_use]
pub fn is_template(path: &str, text: &str) -> bool {
    dialect_of(path, text).is_some()
}

/// Reads the application of a template. `path` is relative to what `files` is the tree of, and so
/// are all paths in the model. Nothing outside of that tree is read; what a template includes and
/// cannot be read is among [`Application::problems`].
///
/// # Errors
/// When the template itself cannot be read, with line and column where there are any.
pub fn read(path: &str, files: &dyn Files) -> Result<Application, Problem> {
    read_with(path, files, &Options::default())
}

/// Reads the application of a template, deployed with some options.
///
/// # Errors
/// When the template itself cannot be read, with line and column where there are any.
pub fn read_with(path: &str, files: &dyn Files, options: &Options) -> Result<Application, Problem> {
    let (application, inner) = read_one(path, files, options)?;
    if application.functions.is_empty() {
        // An assembly that only holds others stands for the first of them.
        let found = inner.iter().find_map(|path| read_one(path, files, options).ok());
        if let Some((inner, _)) = found {
            return Ok(inner);
        }
    }
    Ok(application)
}

/// Reads a template and the assemblies inside of it, an application each.
#[must_use]
pub fn read_all(path: &str, files: &dyn Files, options: &Options) -> Vec<Result<Application, Problem>> {
    let mut found = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        if found.len() >= MOST_ASSEMBLIES {
            break;
        }
        match read_one(&path, files, options) {
            Ok((application, inner)) => {
                waiting.extend(inner.iter().rev().cloned());
                if inner.is_empty() || !application.resources.is_empty() {
                    found.push(Ok(application));
                }
            }
            Err(problem) => found.push(Err(problem)),
        }
    }
    found
}

/// One application, and the manifests of assemblies inside of it.
fn read_one(path: &str, files: &dyn Files, options: &Options) -> Result<(Application, Vec<String>), Problem> {
    let text = files.text(path).map_err(|error| {
        let message = format!("cannot be read: {}", error.message);
        Problem { path: path.to_owned(), line: None, column: None, message }
    })?;
    let by_name = if terraform::is_file(path) { Dialect::Terraform } else { Dialect::CloudFormation };
    let dialect = dialect_of(path, &text).unwrap_or(by_name);
    let mut reader = Reader::new(files, options, path, dialect);
    let inner = match dialect {
        Dialect::Cdk if cloudformation::is_manifest(path, &text) => cloudformation::read_cdk(path, &mut reader)?,
        Dialect::Chalice if chalice::is_one(path) => chalice::read(path, &mut reader).map(|()| Vec::new())?,
        Dialect::Chalice => chalice::read_application(path, &mut reader).map(|()| Vec::new())?,
        Dialect::Zappa => zappa::read(path, &mut reader).map(|()| Vec::new())?,
        Dialect::Terraform => terraform::read(path, &mut reader).map(|()| Vec::new())?,
        Dialect::TerraformPlan => terraform::read_plan(path, &mut reader).map(|()| Vec::new())?,
        Dialect::Serverless => serverless::read(path, &mut reader).map(|()| Vec::new())?,
        _ => cloudformation::read(path, &mut reader).map(|()| Vec::new())?,
    };
    let Reader { app, gathered, .. } = reader;
    Ok((lower::lower(app, gathered), inner))
}
