/** The records of a CSV text (RFC 4180): quotes, doubled quotes, line breaks inside quotes; blank lines are none. */
export function parseCsv(text: string, delimiter: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let field = ''
  let quoted = false
  const endField = () => {
    record.push(field.trim())
    field = ''
  }
  const endRecord = () => {
    endField()
    if (record.some((value) => value !== '')) records.push(record)
    record = []
  }
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? ''
    if (quoted) {
      if (letter !== '"') field += letter
      else if (text[at + 1] === '"') {
        field += '"'
        at += 1
      } else quoted = false
    } else if (letter === '"' && field.trim() === '') {
      field = ''
      quoted = true
    } else if (letter === delimiter) endField()
    else if (letter === '\n') endRecord()
    else if (letter !== '\r') field += letter
  }
  if (field !== '' || record.length > 0) endRecord()
  return records
}

/** The one of `;`, `,`, tab and `|` with which most lines at the start have the same number of fields. */
export function guessDelimiter(text: string): string {
  const start = text.slice(0, 20_000)
  const scored = [';', ',', '\t', '|'].map((delimiter) => {
    const widths = parseCsv(start, delimiter).map((record) => record.length)
    const usual = widths.toSorted((one, other) => other - one)[0] ?? 0
    const even = widths.filter((width) => width === usual).length
    return { delimiter, score: usual > 1 ? even * 100 + usual : 0 }
  })
  return scored.toSorted((one, other) => other.score - one.score)[0]?.delimiter ?? ';'
}
