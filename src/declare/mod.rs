//! Deployments as people write them, read into one application model.
//!
//! A reader per dialect (SAM and CloudFormation, CDK output, Serverless Framework, Terraform and
//! its plans, Chalice, Zappa) fills the same [`model::Application`]. Nothing is guessed: a value
//! is known, unknown with the reason, or unset. The words of templates and frameworks are known
//! here and to `assemble` alone; whoever asks the model needs none of them.

pub mod model;
