//! Numbers of a fixed width in base62 (`0-9A-Za-z`, padded with zeros). Tokens and licence keys are made of them.

/// The number in base62, padded with zeros to `digits`.
#[must_use]
pub fn encoded(number: u128, digits: usize) -> String {
    format!("{:0>digits$}", base62::encode(number))
}

/// Takes a number of this many digits off the beginning of `rest`; `None` when there is no such number or it does not fit into
/// `T`.
pub fn take<T: TryFrom<u128>>(rest: &mut &str, digits: usize) -> Option<T> {
    let (number, behind) = rest.split_at_checked(digits)?;
    *rest = behind;
    let decoded = number.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| base62::decode(number).ok())??;
    T::try_from(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_off_as_they_were_written() {
        let text = format!("{}{}rest", encoded(61, 2), encoded(u128::MAX, 22));
        let mut rest = text.as_str();
        assert_eq!(take::<u8>(&mut rest, 2), Some(61));
        assert_eq!(take::<u128>(&mut rest, 22), Some(u128::MAX));
        assert_eq!(rest, "rest");
    }

    #[test]
    fn what_is_no_such_number_is_none() {
        for text in ["", "1", "+1", "é", "zz"] {
            assert_eq!(take::<u8>(&mut { text }, 2), None, "{text}");
        }
    }
}
