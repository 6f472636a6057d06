
# scores: of one entity over time, with what was to be found, thresholds and alarms
set multiplot layout n, 1 margins char 10, char 4, char 4, char 3 spacing char 0, char 1.2
set xrange [from:to]
set format x ''
unset key
set y2range [0:1]
who = entity eq '' ? log_name : log_name.': '.entity
said = !knows ? 'nobody says what is anomalous' : events == 0 ? 'nothing to find' \
    : events == bands ? sprintf('%d events as bands', events) \
    : sprintf('%d of %d events as bands', bands, events)
set title who.': '.said.'; thresholds dashed, alarms as triangles' offset 0, -0.5
do for [i = 1:n] {
    if (i > 1) { unset title }
    if (i == n) { set format x; set xlabel 'time, '.time_unit }
    threshold = value(sprintf('threshold_%d', i))
    set label 1 label[i] at graph 0.01, graph 0.78 left front
    set yrange [*:*]
    if (value(sprintf('alarms_%d', i)) > 0) {
        plot data index sprintf('scores %d', i) using 1:3:4 with filledcurves linetype 1, \
             '' index sprintf('scores %d', i) using 1:2 with lines linetype 1, \
             threshold with lines linecolor 'gray40' dashtype 2, \
             '' index sprintf('alarms %d', i) using 1:(0.93) axes x1y2 with points \
                pointtype 11 linetype 7
    } else {
        plot data index sprintf('scores %d', i) using 1:3:4 with filledcurves linetype 1, \
             '' index sprintf('scores %d', i) using 1:2 with lines linetype 1, \
             threshold with lines linecolor 'gray40' dashtype 2
    }
}
unset multiplot
