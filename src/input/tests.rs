//! Archives and folders are made by recipe; see `recipe`.

mod hostile;
mod ordinary;
mod recipe;
