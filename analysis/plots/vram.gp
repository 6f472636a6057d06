# vram: memory of GPUs that jobs hold
set title label[1].(gpu eq '' ? '' : ': '.gpu)
set xrange [from:to]
set key top right horizontal
if (!has_used) {
    set label 1 'memory of GPUs was not sampled in this run' at graph 0.5, graph 0.5 center
    set yrange [0:1]
    unset key
    plot -1 notitle
} else {
    last = gpu ne ''
    if (!last) {
        set multiplot layout 3, 1 margins char 10, char 14, char 4, char 3 spacing char 0, char 1.2
        set format x ''
    } else {
        set xlabel 'time, '.time_unit
    }
    if (most_used == 0) {
        set label 1 'jobs of this run hold no memory of GPUs' at graph 0.5, graph 0.5 center
    }
    set ylabel last ? 'memory, GiB' : 'memory of all, TiB'
    big = last ? 1 : 1024.0
    set yrange [0:1.25 * most_total / big]
    plot data index 'used' using 1:($3 / big):($4 / big) with filledcurves linetype 1 notitle, \
         '' index 'used' using 1:($2 / big) with lines linetype 1 title 'held by jobs', \
         most_total / big with lines linecolor 'gray40' dashtype 2 \
            title sprintf('there are %.4g', most_total / big)
    if (!last) {
        unset title
        unset label 1
        set ylabel 'fullest GPU, GiB'
        set yrange [0:1.25 * most_one]
        plot data index 'fullest' using 1:3:4 with filledcurves linetype 2 notitle, \
             '' index 'fullest' using 1:2 with lines linetype 2 notitle
        set format x time_format
        set xlabel 'time, '.time_unit
        set ylabel sprintf('%d nodes', nodes)
        if (nodes < 10) { set ytics 1 }
        set yrange [0:nodes]
        set cbrange [0:most_one]
        set cblabel 'GiB a GPU' offset 1.5, 0
        set style fill solid noborder
        unset grid
        plot data index 'map' using 1:2:3 with image notitle
        unset multiplot
    }
}
