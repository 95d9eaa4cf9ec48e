import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
export const PARAMETERS = { memoryKib: 19_456, passes: 2, lanes: 1 } as const
export interface Parameters {
  memoryKib: number
  passes: number
  lanes: number
}

const HASH_BYTES = 32
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** A PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */
export async function hashArgon2id(password: string, parameters: Parameters = PARAMETERS): Promise<string> {
  const salt = randomBytes(16)
  const hash = await compute(password, salt, HASH_BYTES, parameters)
  const { memoryKib, passes, lanes } = parameters
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`
}

export async function verifyArgon2id(password: string, phc: string): Promise<boolean> {
  const { parameters, salt, hash } = parse(phc)
  return timingSafeEqual(await compute(password, salt, hash.length, parameters), hash)
}

/** True when the hash was made with less work than we ask for today. */
export function isOutdated(phc: string, wanted: Parameters = PARAMETERS): boolean {
  const { memoryKib, passes, lanes } = parse(phc).parameters
  return memoryKib < wanted.memoryKib || passes < wanted.passes || lanes !== wanted.lanes
}

function parse(phc: string): { parameters: Parameters; salt: Buffer; hash: Buffer } {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(phc) ?? []
  if (!salt || !hash) throw new Error('The stored password hash is not argon2id in PHC form')
  return {
    parameters: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

async function compute(password: string, salt: Buffer, tagLength: number, parameters: Parameters): Promise<Buffer> {
  return derive('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce: salt,
    memory: parameters.memoryKib,
    passes: parameters.passes,
    parallelism: parameters.lanes,
    tagLength,
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
