# overview: GPUs, the queue, power and heat over time; faults are bands
panels = 2 + has_power + has_heat
set multiplot layout panels, 1 margins char 10, char 4, char 4, char 3 spacing char 0, char 1.2
set xrange [from:to]
set format x ''
set key top right horizontal
said = faults == 0 ? 'no faults' : faults == all_faults ? sprintf('%d faults as bands', faults) \
    : sprintf('the longest %d of %d faults as bands', faults, all_faults)
said = said.(alerts ? sprintf('; %d alerts as triangles', all_alerts) : '')
set title sprintf('%s: %s', label[1], said) offset 0, -0.5

panel = 0
last = 'panel = panel + 1; if (panel == panels) { set format x time_format; set xlabel "time, ".time_unit }'
@last
set ylabel 'GPUs allocated'
set yrange [0:gpus * (alerts ? 1.5 : 1.3)]
if (alerts) {
    plot data index 'allocated' using 1:3:4 with filledcurves linetype 1 notitle, \
         '' index 'alerts' using 1:(gpus * 1.15) with points pointtype 11 linetype 7 notitle, \
         '' index 'allocated' using 1:2 with lines linetype 1 title 'allocated', \
         gpus with lines linecolor 'gray40' dashtype 2 title sprintf('all %d', gpus)
} else {
    plot data index 'allocated' using 1:3:4 with filledcurves linetype 1 notitle, \
         '' index 'allocated' using 1:2 with lines linetype 1 title 'allocated', \
         gpus with lines linecolor 'gray40' dashtype 2 title sprintf('all %d', gpus)
}
unset title
set yrange [0:most_waiting < 1 ? 1 : 1.05 * most_waiting]
@last
set ylabel 'jobs waiting'
plot data index 'waiting' using 1:3:4 with filledcurves linetype 2 notitle, \
     '' index 'waiting' using 1:2 with lines linetype 2 notitle
if (has_power) {
    @last
    set yrange [0:*]
    set ylabel 'IT power, kW'
    plot data index 'power' using 1:($3 / 1000):($4 / 1000) with filledcurves linetype 3 notitle, \
         '' index 'power' using 1:($2 / 1000) with lines linetype 3 notitle
}
if (has_heat) {
    @last
    # at least ten degrees, so that noise does not fill it
    set yrange [*<(most_heat - 10):most_heat + 2]
    set ylabel 'hottest GPU, degC'
    plot data index 'hottest' using 1:3:4 with filledcurves linetype 4 notitle, \
         '' index 'hottest' using 1:2 with lines linetype 4 notitle
}
unset multiplot
