/** The values at the top level of a JSON array, each as text with its line, also of an array that breaks off. */
export function splitArray(text: string): { text: string; line: number }[] {
  const parts: { text: string; line: number }[] = []
  let depth = 0
  let line = 1
  let inString = false
  let start = -1
  let startLine = 1
  const begin = (at: number) => {
    if (start >= 0) return
    start = at
    startLine = line
  }
  const end = (at: number) => {
    if (start >= 0 && text.slice(start, at).trim() !== '') parts.push({ text: text.slice(start, at), line: startLine })
    start = -1
  }
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\n') {
      line++
      // JSON has no line break in a string: what is still open has lost its quote.
      inString = false
    } else if (inString) {
      if (char === '\\') at++
      else if (char === '"') inString = false
    } else if (char === '"') {
      if (depth === 1) begin(at)
      inString = true
    } else if (char === '[' || char === '{') {
      if (depth === 1) begin(at)
      depth++
    } else if (char === ']' || char === '}') {
      depth--
      if (depth === 0) {
        end(at)
        return parts
      }
    } else if (depth === 1 && char === ',') end(at)
    else if (depth === 1 && char !== undefined && !/\s/.test(char)) begin(at)
  }
  end(text.length)
  return parts
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** A field that is a text with something in it. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
