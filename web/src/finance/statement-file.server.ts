/** As large as `tickets` takes it; in base64 still below what a form may send. */
export const STATEMENT_MAX_BYTES = 4 * 1024 * 1024

/** The text of a statement: UTF-8 where it is, else what banks wrote before it. */
export function statementText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** A file carried through a form, byte for byte: between the preview and the import nobody keeps it. */
export const packFile = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
export const unpackFile = (packed: string): Uint8Array => Buffer.from(packed, 'base64')
