# fragmentation: what stands idle, and what of it is no use
set title label[1]
set xrange [from:to]
set key top right horizontal
if (!measured) {
    set label 1 'fragmentation was not measured in this run' at graph 0.5, graph 0.5 center
    set yrange [0:1]
    unset key
    plot -1 notitle
} else {
    set multiplot layout 2, 1 margins char 10, char 4, char 4, char 3 spacing char 0, char 1.2
    set format x ''
    set ylabel 'GPUs'
    set yrange [0:most_idle > 0 ? 1.25 * most_idle : 1]
    plot data index 'idle' using 1:3:4 with filledcurves linetype 1 notitle, \
         '' index 'idle' using 1:2 with lines linetype 1 title 'idle', \
         '' index 'useless' using 1:2 with lines linetype 2 title 'of no use'
    unset title
    set format x time_format
    set xlabel 'time, '.time_unit
    set ylabel 'of idle no use, '.percent
    set yrange [0:105]
    plot data index 'share' using 1:2 with lines linetype 2 notitle
    unset multiplot
}
