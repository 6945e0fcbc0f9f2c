// The colours that follow from the colour of a brand, by the arithmetic of the server: those of text on it, and of text in it.
export const colorsOf = (() => {
  const FLARE = 0.05;
  const LEAST = 4.5;
  // What text in the brand's colour stands on, on light pages and on dark ones.
  const GROUNDS = ["#f4f5f7", "#21242a"];
  const parts = (color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const written = (numbers) => `#${numbers.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  const light = (part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const partOf = (amount, rounded) => {
    const share = amount <= 0.0031308 ? amount * 12.92 : 1.055 * amount ** (1 / 2.4) - 0.055;
    return Math.min(Math.max(rounded(share * 255), 0), 255);
  };
  const luminance = ([red, green, blue]) => 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
  const [most, least] = [luminance(parts(GROUNDS[0])) + FLARE, luminance(parts(GROUNDS[1])) + FLARE];
  const darkest = most / LEAST - FLARE;
  const lightest = least * LEAST - FLARE;
  return (color) => {
    const picked = parts(color);
    const own = luminance(picked);
    const share = (lightest - own) / (1 - own);
    const mapped = (amountOf, rounded) => written(picked.map((part) => partOf(amountOf(light(part)), rounded)));
    return {
      "--brand": written(picked),
      "--on-brand": (1 + FLARE) / (own + FLARE) >= LEAST ? "#ffffff" : "#000000",
      "--brand-text-light": own <= darkest ? written(picked) : mapped((amount) => (amount * darkest) / own, Math.floor),
      "--brand-text-dark": own >= lightest ? written(picked) : mapped((amount) => amount + (1 - amount) * share, Math.ceil),
    };
  };
})();
