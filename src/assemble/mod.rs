//! How sources, layers and a build method become what lies under `/var/task` and `/opt`.
//!
//! [`functions`] turns an application's declarations into function specs: what the package is made of, and what
//! stays open ([`World`]). Words of templates and frameworks are known to `declare` and to this room alone. No import
//! is resolved here.

mod application;
mod base;
mod built;
mod bundle;
mod folders;
mod image;
mod layers;
mod makefile;
mod script;
mod spec;
mod world;
mod wrappers;

pub use application::{Declared, Executable, Left, functions};
pub use base::Base;
pub use built::output_not_built;
pub use image::in_folder as image_in;
pub use layers::{NamedLayer, by_name as named_layer};
pub use script::{WRAPPER, started};
pub use spec::{Content, EventSource, FunctionSpec, Installs, LayerPath, Tool, Unbundled};
pub use world::{Absence, Brings, Open, Reason, World};
pub use wrappers::own_handler;
