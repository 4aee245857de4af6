//! What stands for each of Node's calls.

use buffers::{Buffer, Encoding, Endian, Error, Inspect, Number, Pattern, StringDecoder};
use serde_json::{Value, json};

use super::{Answer, Case, Refusal, hex, hex_units, string, unhex, units_of};

type Result<T> = std::result::Result<T, Refusal>;

fn answer(result: impl Into<Value>) -> Result<Answer> {
    Ok(Answer {
        result: result.into(),
        after: None,
    })
}

fn changed(result: impl Into<Value>, after: Vec<u8>) -> Result<Answer> {
    Ok(Answer {
        result: result.into(),
        after: Some(after),
    })
}

pub fn call(case: &Case) -> Result<Answer> {
    let input = case.input();
    match case.op.as_str() {
        "from" => answer(hex(&encoding(case)?.bytes_from_utf16(&units_of(&input)))),
        "toString" => {
            let range = buffers::range(
                input.len(),
                case.int("start")?.unwrap_or(0).max(0),
                case.int("end")?.map(|end| end.max(0)),
            );
            answer(hex_units(&encoding(case)?.to_utf16(&input[range])))
        }
        "byteLength" => answer(
            encoding(case)
                .unwrap_or_default()
                .byte_length(&String::from_utf16_lossy(&units_of(&input))),
        ),
        "write" => write(case, input),
        "read" => read(case, &input),
        "write_num" => write_number(case, input),
        "indexOf" | "lastIndexOf" | "includes" => search(case, &input),
        "fill" => {
            let mut bytes = input;
            let end = case.size("end")?.unwrap_or(bytes.len());
            let start = case.size("offset")?.unwrap_or(0);
            with_fill(case, |value| buffers::fill(&mut bytes, value, start..end))?;
            answer(hex(&bytes))
        }
        "alloc" => {
            let size = case.size("size")?.unwrap_or(0);
            let mut bytes = Buffer::alloc(size);
            with_fill(case, |value| {
                Buffer::alloc_filled(size, value).map(|filled| bytes = filled)
            })?;
            answer(hex(&bytes))
        }
        "compare" => {
            let target = unhex(case.text_arg("target"));
            let end = |name, len| Ok::<_, Refusal>(case.size(name)?.unwrap_or(len));
            let source_range = end("sourceStart", 0)?..end("sourceEnd", input.len())?;
            let target_range = end("targetStart", 0)?..end("targetEnd", target.len())?;
            answer(buffers::compare(&input, source_range, &target, target_range)? as i8)
        }
        "equals" => answer(input == unhex(case.text_arg("target"))),
        "sort" => {
            let mut list = bytes_list(case.arg("list"));
            list.sort();
            answer(list.iter().map(|bytes| hex(bytes)).collect::<Vec<_>>())
        }
        "copy" => {
            let mut target = unhex(case.text_arg("target"));
            let range = case.size("sourceStart")?.unwrap_or(0)
                ..case.size("sourceEnd")?.unwrap_or(input.len());
            let copied = buffers::copy(
                &input,
                range,
                &mut target,
                case.size("targetStart")?.unwrap_or(0),
            )?;
            changed(copied, target)
        }
        "copy_self" => {
            let mut bytes = input;
            let range = case.size("sourceStart")?.unwrap_or(0)
                ..case.size("sourceEnd")?.unwrap_or(bytes.len());
            let copied =
                buffers::copy_within(&mut bytes, range, case.size("targetStart")?.unwrap_or(0))?;
            changed(copied, bytes)
        }
        "concat" => {
            let list = bytes_list(case.arg("list"));
            answer(hex(&buffers::concat(
                list.iter().map(Vec::as_slice),
                case.size("totalLength")?,
            )))
        }
        "subarray" => answer(hex(&input[subarray(case, input.len())?])),
        "subarray_fill" => {
            let mut bytes = input;
            let range = subarray(case, bytes.len())?;
            let view = &mut bytes[range];
            view.fill(number(case)?);
            changed(view.len(), bytes)
        }
        "swap16" | "swap32" | "swap64" => {
            let mut bytes = input;
            match case.op.as_str() {
                "swap16" => buffers::swap16(&mut bytes)?,
                "swap32" => buffers::swap32(&mut bytes)?,
                _ => buffers::swap64(&mut bytes)?,
            }
            answer(hex(&bytes))
        }
        "transcode" => {
            let named = |name| {
                case.text_arg(name)
                    .parse::<Encoding>()
                    .map_err(|_| Error::TranscodeUnsupported)
            };
            let (from, to) = (named("from"), named("to"));
            if input.is_empty() {
                return answer("");
            }
            answer(hex(&buffers::transcode(&input, from?, to?)?))
        }
        "inspect" => {
            let shown = Inspect::of(&input);
            answer(
                case.size("max")?
                    .map_or(shown, |max| shown.at_most(max))
                    .to_string(),
            )
        }
        "toJSON" => answer(Inspect::of(&input).json()),
        "isUtf8" => answer(buffers::is_utf8(&input)),
        "isAscii" => answer(buffers::is_ascii(&input)),
        "isEncoding" => {
            let encoding = case.text_arg("name").parse::<Encoding>().ok();
            answer(
                json!({ "ok": encoding.is_some(), "canonical": encoding.map(|encoding| encoding.to_string()) }),
            )
        }
        "atob" => answer(hex_units(
            &buffers::atob(&text(&input)?)?
                .encode_utf16()
                .collect::<Vec<_>>(),
        )),
        "btoa" => answer(hex_units(
            &buffers::btoa(&text(&input)?)?
                .encode_utf16()
                .collect::<Vec<_>>(),
        )),
        "string_decoder" => decode(case),
        other => Err(Refusal::unencodable(other)),
    }
}

/// A text for the web's functions: what Rust cannot hold they refuse anyway.
fn text(input: &[u8]) -> Result<String> {
    Ok(String::from_utf16_lossy(&units_of(input)))
}

fn encoding(case: &Case) -> Result<Encoding> {
    Ok(case.encoding().map_or(Ok(Encoding::Utf8), str::parse)?)
}

fn number(case: &Case) -> Result<u8> {
    Ok(case.int("value")?.unwrap_or(0) as u8)
}

fn bytes_list(list: &Value) -> Vec<Vec<u8>> {
    list.as_array()
        .into_iter()
        .flatten()
        .map(|item| unhex(item.as_str().unwrap_or_default()))
        .collect()
}

fn subarray(case: &Case, len: usize) -> Result<std::ops::Range<usize>> {
    let end = case.int("end")?;
    Ok(buffers::range(len, case.int("start")?.unwrap_or(0), end))
}

fn write(case: &Case, mut bytes: Vec<u8>) -> Result<Answer> {
    let text = string(&unhex(case.text_arg("str")))?;
    let written = buffers::write_text(
        &mut bytes,
        &text,
        case.size("offset")?.unwrap_or(0),
        case.size("length")?,
        encoding(case)?,
    )?;
    changed(written, bytes)
}

fn search(case: &Case, input: &[u8]) -> Result<Answer> {
    let value = case.arg("value");
    let bytes = unhex(value.as_str().unwrap_or_default());
    let text = if case.text_arg("value_kind") == "str" {
        string(&bytes)?
    } else {
        String::new()
    };
    let needle = match case.text_arg("value_kind") {
        "byte" => Pattern::Byte(number(case)?),
        "str" => Pattern::Text(&text, encoding(case)?),
        _ if case.encoding().is_some() && encoding(case)? == Encoding::Utf16le => {
            Pattern::Units(&bytes)
        }
        _ => Pattern::Bytes(&bytes),
    };
    // An explicit null is 0; what is no number, or not there, means everything.
    let offset = if case.has_arg("offset") && case.arg("offset").is_null() {
        Some(0)
    } else {
        case.int("offset")?
    };
    match case.op.as_str() {
        "lastIndexOf" => {
            answer(buffers::last_index_of(input, needle, offset).map_or(json!(-1), Value::from))
        }
        "indexOf" => answer(
            buffers::index_of(input, needle, offset.unwrap_or(0)).map_or(json!(-1), Value::from),
        ),
        _ => answer(buffers::includes(input, needle, offset.unwrap_or(0))),
    }
}

fn with_fill<T>(
    case: &Case,
    fill: impl FnOnce(Pattern) -> std::result::Result<T, Error>,
) -> Result<T> {
    let bytes = unhex(case.arg("value").as_str().unwrap_or_default());
    match case.text_arg("value_kind") {
        "num" => Ok(fill(Pattern::Byte(number(case)?))?),
        "str" => Ok(fill(Pattern::Text(&string(&bytes)?, encoding(case)?))?),
        _ => Ok(fill(Pattern::Bytes(&bytes))?),
    }
}

fn endian(method: &str) -> Endian {
    if method.ends_with("BE") {
        Endian::Big
    } else {
        Endian::Little
    }
}

fn read(case: &Case, input: &[u8]) -> Result<Answer> {
    let method = case.text_arg("method");
    let (offset, order) = (case.size("offset")?.unwrap_or(0), endian(method));
    let kind = method
        .trim_start_matches("read")
        .trim_end_matches("LE")
        .trim_end_matches("BE");
    match kind.to_ascii_lowercase().as_str() {
        "uint8" => answer(buffers::read::<u8>(input, offset, order)?),
        "int8" => answer(buffers::read::<i8>(input, offset, order)?),
        "uint16" => answer(buffers::read::<u16>(input, offset, order)?),
        "int16" => answer(buffers::read::<i16>(input, offset, order)?),
        "uint32" => answer(buffers::read::<u32>(input, offset, order)?),
        "int32" => answer(buffers::read::<i32>(input, offset, order)?),
        "biguint64" => answer(buffers::read::<u64>(input, offset, order)?.to_string()),
        "bigint64" => answer(buffers::read::<i64>(input, offset, order)?.to_string()),
        "float" => answer(bits(f64::from(buffers::read::<f32>(input, offset, order)?))),
        "double" => answer(bits(buffers::read::<f64>(input, offset, order)?)),
        "uint" => answer(buffers::read_uint(input, offset, width(case)?, order)?),
        "int" => answer(buffers::read_int(input, offset, width(case)?, order)?),
        other => Err(Refusal::unencodable(other)),
    }
}

fn width(case: &Case) -> Result<usize> {
    case.size("byteLength")?
        .ok_or_else(|| Refusal::unencodable("no byteLength"))
}

/// Big-endian bits, of every NaN the same.
fn bits(number: f64) -> String {
    if number.is_nan() {
        "7ff8000000000000".to_owned()
    } else {
        hex(&number.to_be_bytes())
    }
}

fn write_number(case: &Case, mut bytes: Vec<u8>) -> Result<Answer> {
    let method = case.text_arg("method");
    let (offset, order) = (case.size("offset")?.unwrap_or(0), endian(method));
    let kind = method
        .trim_start_matches("write")
        .trim_end_matches("LE")
        .trim_end_matches("BE")
        .to_ascii_lowercase();
    let end = match kind.as_str() {
        "uint8" => put::<u8>(&mut bytes, whole(case)?, offset, order)?,
        "int8" => put::<i8>(&mut bytes, whole(case)?, offset, order)?,
        "uint16" => put::<u16>(&mut bytes, whole(case)?, offset, order)?,
        "int16" => put::<i16>(&mut bytes, whole(case)?, offset, order)?,
        "uint32" => put::<u32>(&mut bytes, whole(case)?, offset, order)?,
        "int32" => put::<i32>(&mut bytes, whole(case)?, offset, order)?,
        "biguint64" => put::<u64>(&mut bytes, whole(case)?, offset, order)?,
        "bigint64" => put::<i64>(&mut bytes, whole(case)?, offset, order)?,
        "float" => buffers::write(&mut bytes, float(case)? as f32, offset, order)?,
        "double" => buffers::write(&mut bytes, float(case)?, offset, order)?,
        "uint" => {
            let value = u64::try_from(whole(case)?).map_err(|_| Refusal::unencodable("value"))?;
            buffers::write_uint(&mut bytes, value, offset, width(case)?, order)?
        }
        "int" => {
            let value = i64::try_from(whole(case)?).map_err(|_| Refusal::unencodable("value"))?;
            buffers::write_int(&mut bytes, value, offset, width(case)?, order)?
        }
        other => return Err(Refusal::unencodable(other)),
    };
    changed(end, bytes)
}

fn put<T: Number + TryFrom<i128>>(
    bytes: &mut [u8],
    value: i128,
    offset: usize,
    order: Endian,
) -> Result<usize> {
    let value = T::try_from(value).map_err(|_| Refusal::unencodable("value"))?;
    Ok(buffers::write(bytes, value, offset, order)?)
}

/// The value as an integer: JS cuts fractions off and takes what is no number for 0.
fn whole(case: &Case) -> Result<i128> {
    let value = case.arg("value");
    if let Some(big) = value.get("big").and_then(Value::as_str) {
        return big.parse().map_err(|_| Refusal::unencodable("value"));
    }
    let float = float(case)?;
    if float.is_infinite() {
        Err(Refusal::unencodable("infinity"))
    } else {
        Ok(float.trunc() as i128)
    }
}

fn float(case: &Case) -> Result<f64> {
    let value = case.arg("value");
    let named = value.get("num").and_then(Value::as_str).map(str::parse);
    match (value.as_f64(), named) {
        (Some(number), _) | (_, Some(Ok(number))) => Ok(number),
        _ => Err(Refusal::unencodable("value")),
    }
}

/// Unit by unit as Node gives it out, and joined as a Rust `String` does.
fn decode(case: &Case) -> Result<Answer> {
    let encoding = encoding(case)?;
    let mut decoder = StringDecoder::new(encoding);
    let mut strings = StringDecoder::new(encoding);
    let (mut writes, mut need, mut total) = (Vec::new(), Vec::new(), Vec::new());
    let (mut joined, mut text) = (Vec::new(), String::new());
    for chunk in bytes_list(case.arg("chunks")) {
        let units = decoder.write_utf16(&chunk);
        text += &strings.write(&chunk);
        need.push(decoder.missing());
        total.push(decoder.total());
        writes.push(hex_units(&units));
        joined.extend(units);
    }
    let mut end = match case.arg("end").as_str().map(unhex) {
        Some(last) => {
            text += &strings.write(&last);
            decoder.write_utf16(&last)
        }
        None => Vec::new(),
    };
    end.extend(decoder.end_utf16());
    text += &strings.end();
    joined.extend(&end);
    assert_eq!(
        text,
        String::from_utf16_lossy(&joined),
        "{}: String and units differ",
        case.id
    );
    answer(json!({
        "encoding": encoding.to_string(), "writes": writes, "end": hex_units(&end), "need": need, "total": total, "joined": hex_units(&joined),
    }))
}
