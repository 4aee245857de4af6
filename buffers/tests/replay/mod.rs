//! One recorded call: read, made again with this crate, and compared.

mod calls;

use serde_json::Value;

/// A line of a vector file.
pub struct Case {
    pub id: String,
    pub op: String,
    pub tags: Vec<String>,
    value: Value,
}

pub enum Outcome {
    Same,
    /// Rust's types have no such call; what it is that they lack.
    Unencodable(String),
    Differs {
        ours: String,
        node: String,
    },
}

/// What a call came to: its answer, and what the bytes are afterwards if it changed any.
pub struct Answer {
    pub result: Value,
    pub after: Option<Vec<u8>>,
}

pub enum Refusal {
    /// A failure as Node reports it: name, code and message.
    Error(Value),
    Unencodable(String),
}

impl From<buffers::Error> for Refusal {
    fn from(error: buffers::Error) -> Self {
        // The web's errors have a number for a code.
        let code = if error.code() == "InvalidCharacterError" {
            5.into()
        } else {
            Value::from(error.code())
        };
        Self::Error(
            serde_json::json!({ "name": error.name(), "code": code, "message": error.to_string() }),
        )
    }
}

impl Refusal {
    /// Our types do not let this be said.
    pub fn unencodable(what: &str) -> Self {
        Self::Unencodable(format!("cannot be said in Rust: {what}"))
    }
}

pub fn run(case: &Case) -> Outcome {
    let (ours, after) = match calls::call(case) {
        Ok(Answer { result, after }) => (result, after),
        Err(Refusal::Error(error)) => (error, None),
        Err(Refusal::Unencodable(what)) => return Outcome::Unencodable(what),
    };
    let node = case.value.get("error").unwrap_or(&case.value["result"]);
    let node_after = case.value.get("after").and_then(Value::as_str);
    let same_after = node_after
        .is_none_or(|expected| after.as_deref().is_some_and(|bytes| hex(bytes) == expected));
    if same(&ours, node) && same_after {
        return Outcome::Same;
    }
    let shown = after.map_or(String::new(), |bytes| format!(" after {}", hex(&bytes)));
    let node_shown = node_after.map_or(String::new(), |bytes| format!(" after {bytes}"));
    Outcome::Differs {
        ours: format!("{ours}{shown}"),
        node: format!("{node}{node_shown} ({})", case.value),
    }
}

/// What we answer must be there; Node may say more.
fn same(ours: &Value, node: &Value) -> bool {
    match (ours, node) {
        (Value::Object(ours), Value::Object(node)) => ours
            .iter()
            .all(|(key, value)| node.get(key).is_some_and(|other| same(value, other))),
        (Value::Number(ours), Value::Number(node)) => ours.as_f64() == node.as_f64(),
        _ => ours == node,
    }
}

impl Case {
    pub fn parse(line: &str) -> Self {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let tags = value["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tag| tag.as_str().map(str::to_owned));
        Self {
            id: text("id"),
            op: text("op"),
            tags: tags.collect(),
            value: value.clone(),
        }
    }

    /// An argument, `null` if it is not there.
    pub fn arg(&self, name: &str) -> &Value {
        &self.value["args"][name]
    }

    pub fn has_arg(&self, name: &str) -> bool {
        self.value["args"].get(name).is_some()
    }

    pub fn text_arg(&self, name: &str) -> &str {
        self.arg(name).as_str().unwrap_or_default()
    }

    pub fn input(&self) -> Vec<u8> {
        unhex(self.value["input"].as_str().unwrap_or_default())
    }

    pub fn encoding(&self) -> Option<&str> {
        self.value["encoding"].as_str()
    }

    /// An integer argument; Node's infinities are as far as a number goes.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let value = self.arg(name);
        if let Some(int) = value.as_i64() {
            return Ok(Some(int));
        }
        match value.get("num").and_then(Value::as_str) {
            Some("Infinity") => Ok(Some(i64::MAX)),
            Some("-Infinity") => Ok(Some(i64::MIN)),
            Some("-0") => Ok(Some(0)),
            Some("NaN") => Ok(None),
            _ if value.is_null() => Ok(None),
            _ => Err(Refusal::unencodable(name)),
        }
    }

    /// An argument that only `usize` can be.
    pub fn size(&self, name: &str) -> Result<Option<usize>, Refusal> {
        self.int(name)?
            .map(|int| usize::try_from(int).map_err(|_| Refusal::unencodable(name)))
            .transpose()
    }
}

pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hex"))
        .collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn units_of(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

pub fn hex_units(units: &[u16]) -> String {
    hex(&units
        .iter()
        .flat_map(|unit| unit.to_le_bytes())
        .collect::<Vec<u8>>())
}

/// A text argument as Rust has it, or that it cannot.
pub fn string(bytes: &[u8]) -> Result<String, Refusal> {
    String::from_utf16(&units_of(bytes)).map_err(|_| Refusal::unencodable("half a surrogate pair"))
}
