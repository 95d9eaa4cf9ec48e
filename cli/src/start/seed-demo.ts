// Run by `start` as a process of its own on the first start: its memory goes when it is done.
import { seedDemo } from '../demo/seed-demo.ts'
import { redeemAdminLink } from '../session.ts'

const [publicUrl = '', link = ''] = [process.env.GUICHET_SEED_URL, process.env.GUICHET_SEED_LINK]
const session = await redeemAdminLink(publicUrl, link)
await seedDemo({ publicUrl, session, log: (line) => console.log(line) })
