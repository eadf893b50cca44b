// What charts write: moments, numbers on axes, the room that a text takes. Letters follow the page's own size.

const chartText = (() => {
  const family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
  const gauge = document.createElement("canvas").getContext("2d");
  const MONTH = 7, DAY = 10; // characters of a month and of a day; more is a moment

  const seconds = (text) => Date.parse(text.length === MONTH ? `${text}-01T00:00:00Z` : text.length === DAY ? `${text}T00:00:00Z` : text) / 1000;
  const moment = (text) => (text.length > DAY ? text.replace("T", " ").replace(/(:\d\d)(:\d\d)?(\.\d+)?Z$/, "$1 UTC") : text);

  // 1 where letters are as large as a browser has them, 2 at 200 %.
  const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
  const font = (ratio = 1) => `${12 * scale() * ratio}px ${family}`;
  function width(text) {
    gauge.font = font();
    return gauge.measureText(text).width;
  }
  const widest = (texts) => texts.reduce((found, text) => Math.max(found, width(text)), 0);
  function shortened(text, room) {
    let kept = text;
    while (kept && width(kept === text ? kept : `${kept}…`) > room) kept = kept.slice(0, -1);
    return kept === text ? text : `${kept}…`;
  }

  // Numbers of one axis have one scale, and as many digits as its step needs: 12.5k is not shown as 13k.
  function axisNumbers(splits, step) {
    const top = Math.max(...splits.map(Math.abs), 0);
    const [size, letter] = [[1e9, "B"], [1e6, "M"], [1e3, "k"]].find(([least]) => top >= least * 10) || [1, ""];
    const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9)));
    return splits.map((each) => (each / size).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }) + (each ? letter : ""));
  }

  // A day is named by day and month; what changes less often, the year or the day of an hour, is on a second line.
  function axisDates(chart, splits) {
    const months = chart.x[0].length === MONTH;
    const hours = chart.x[0].length > DAY && splits.length > 1 && splits[1] - splits[0] < 86400;
    const parts = { hour: { hour: "2-digit", minute: "2-digit", hour12: false }, day: { day: "numeric", month: "short" }, month: { month: "short" }, year: { year: "numeric" } };
    const say = (at, part) => new Date(at * 1000).toLocaleString("en-GB", { ...parts[part], timeZone: "UTC" });
    const [fine, coarse] = hours ? ["hour", "day"] : [months ? "month" : "day", "year"];
    return splits.map((at, index) => {
      const above = say(at, coarse);
      return say(at, fine) + (index === 0 || say(splits[index - 1], coarse) !== above ? `\n${above}` : "");
    });
  }

  // Two decimals of what has any, and of what is less than one three digits that count.
  function number(value, unit, decimals = 0) {
    const small = value && Math.abs(value) < 1 && !decimals;
    const digits = small ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: decimals, maximumFractionDigits: 2 };
    return value.toLocaleString("en", digits) + (unit ? ` ${unit}` : "");
  }
  return { seconds, moment, scale, font, width, widest, shortened, axisNumbers, axisDates, number };
})();
