//! Archives and folders are made by recipe; see `recipe`.

mod hostile;
mod modes;
mod ordinary;
mod recipe;
