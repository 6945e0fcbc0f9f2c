//! The brands of resellers: a row with the colour and the logo's hash, and one with the logo's image.

mod change;
mod read;

pub use change::ChangeBrandError;
