//! Lambda functions of a workspace.

use super::PackageInput;

/// An executable that runs on Lambda.
#[derive(Clone, Debug, Default)]
pub struct CargoFunction {
    /// Name of the executable.
    pub name: String,
}

pub(super) fn find(_input: &PackageInput<'_>) -> Vec<CargoFunction> {
    Vec::new()
}
