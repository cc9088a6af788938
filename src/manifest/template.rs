//! Functions declared in a plain SAM or CloudFormation template.
