// Words with their values filled in, as the service does it: {n}, and {n:#day|days} for the word
// that goes with a number.
export const fill = (words, values) =>
  words.replace(/\{(\w+)(?::#([^|}]*)\|([^}]*))?\}/g, (whole, name, one, others) => {
    if (values[name] == null) return whole;
    if (one === undefined) return values[name];
    return String(values[name]) === "1" ? one : others;
  });
