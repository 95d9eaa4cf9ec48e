/** A script built on its own, by its address. */
declare module '*?worker&url' {
  const address: string
  export default address
}
